// A 64-bit hash of a run of fields, seeded: sums of products of 32-bit halves, as XXH3's long form does, 16 bytes a step.
// Values are padded with zeros to whole steps; their lengths (and whether they are there at all) are hashed beside them.
import { controls16 } from './bytes';
import { FIELDS, HEAD_MASKS } from './layout';

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;

let seed: u64 = 0;

export function setSeed(value: u64): void {
  seed = finish(value ^ P3);
}

export function fillHeadMasks(): void {
  memory.fill(HEAD_MASKS, 0, 16 * 16);
  for (let i: usize = 0; i < 16; i++) memory.fill(HEAD_MASKS + (i << 4), 0xff, i);
}

@inline
function finish(x: u64): u64 {
  let h = x;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  h ^= h >> 32;
  return h;
}

/**
 * Whether a field hashed since this was last cleared holds a control character, which makes the record no JSON. Looked for here because here
 * the bytes are at hand.
 */
export let sawControl: bool = false;

export function clearControl(): void {
  sawControl = false;
}

/** Hash of the fields `first` to `last` and of `beside`. Never 0, which marks a free entry in the memo tables. */
export function hashFields(first: i32, last: i32, beside: u64): u64 {
  let lengths = beside * P3 + seed;
  let key = v128.xor(i64x2.splat(seed), i64x2(0x1cad21f72c81017c, 0xdb979083e96dd4de));
  const step = i64x2(0x78e5c0cc4ee679cb, 0x2172ffcc7dd05a82 | 1);
  let sum = i64x2.splat(0);
  let controls = i64x2.splat(0);
  for (let at = FIELDS + ((<usize>first) << 3), stop = FIELDS + ((<usize>last) << 3); at <= stop; at += 8) {
    let value = <usize>load<u32>(at);
    let left = load<u32>(at, 4);
    lengths = lengths * P1 + (value == 0 ? 0 : <u64>left + 1);
    while (left >= 16) {
      const data = v128.load(value);
      const mixed = v128.xor(data, key);
      sum = v128.add<u64>(sum, v128.add<u64>(product(mixed), swapped(data)));
      key = v128.add<u64>(key, step);
      controls = v128.or(controls, controls16(data));
      value += 16;
      left -= 16;
    }
    if (left != 0) {
      const mask = v128.load(HEAD_MASKS + ((<usize>left) << 4));
      const data = v128.and(v128.load(value), mask);
      const mixed = v128.xor(data, key);
      sum = v128.add<u64>(sum, v128.add<u64>(product(mixed), swapped(data)));
      key = v128.add<u64>(key, step);
      controls = v128.or(controls, v128.and(controls16(data), mask));
    }
  }
  if (v128.any_true(controls)) sawControl = true;
  const low = v128.extract_lane<u64>(sum, 0);
  const high = v128.extract_lane<u64>(sum, 1);
  const hash = finish(low * P1 + rotl<u64>(high, 31) * P2 + lengths);
  return hash == 0 ? 1 : hash;
}

/** Lane 0 times lane 2 and lane 1 times lane 3, each of 32 bits, to 64. */
@inline
function product(x: v128): v128 {
  return v128.extmul_low<u32>(x, v128.shuffle<u32>(x, x, 2, 3, 0, 1));
}

@inline
function swapped(x: v128): v128 {
  return v128.shuffle<u64>(x, x, 1, 0);
}
