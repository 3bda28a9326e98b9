// Characters, and 64 bytes seen at once as one bit per byte.
import { SPLATS } from './layout';

export const QUOTE: u32 = 0x22;
export const COMMA: u32 = 0x2c;
export const COLON: u32 = 0x3a;
export const BACKSLASH: u32 = 0x5c;
export const OPEN_BRACKET: u32 = 0x5b;
export const CLOSE_BRACKET: u32 = 0x5d;
export const OPEN_BRACE: u32 = 0x7b;
export const CLOSE_BRACE: u32 = 0x7d;
/** From an opening bracket's code to that of its closing one. */
export const CLOSING: u32 = 2;
export const NEWLINE: u32 = 0x0a;

/** Two characters as one little-endian u16, for the compact form AWS writes. */
export const COLON_QUOTE: u32 = 0x223a;
export const COMMA_QUOTE: u32 = 0x222c;

/**
 * The character in all sixteen lanes. From memory, because the engine builds a constant vector anew at every use inside a loop, which
 * costs as much as the comparison.
 */
@inline
export function splat(character: u32): v128 {
  return v128.load(SPLATS + (<usize>character << 4));
}

export function fillSplats(): void {
  for (let c: usize = 0; c < 128; c++) memory.fill(SPLATS + (c << 4), <u8>c, 16);
}

@inline
function join(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = <u64>i8x16.bitmask(a) | (<u64>i8x16.bitmask(b) << 16);
  const high = <u64>i8x16.bitmask(c) | (<u64>i8x16.bitmask(d) << 16);
  return low | (high << 32);
}

@inline
export function equal64(p: usize, character: v128): u64 {
  return join(
    v128.eq<u8>(v128.load(p), character),
    v128.eq<u8>(v128.load(p, 16), character),
    v128.eq<u8>(v128.load(p, 32), character),
    v128.eq<u8>(v128.load(p, 48), character),
  );
}

/** Whether equal64 would have a bit set, for less. */
@inline
export function hasEqual64(p: usize, character: v128): bool {
  const low = v128.or(v128.eq<u8>(v128.load(p), character), v128.eq<u8>(v128.load(p, 16), character));
  const high = v128.or(v128.eq<u8>(v128.load(p, 32), character), v128.eq<u8>(v128.load(p, 48), character));
  return v128.any_true(v128.or(low, high));
}

/** Bytes equal to one character or the other. */
@inline
export function either64(p: usize, one: v128, other: v128): u64 {
  return join(
    either16(v128.load(p), one, other),
    either16(v128.load(p, 16), one, other),
    either16(v128.load(p, 32), one, other),
    either16(v128.load(p, 48), one, other),
  );
}

@inline
function either16(x: v128, one: v128, other: v128): v128 {
  return v128.or(v128.eq<u8>(x, one), v128.eq<u8>(x, other));
}

/** Bytes equal to `character` once `bit` is set in them: `[` and `{` differ in the bit 0x20 only, as do `]` and `}`. */
@inline
export function equalWith64(p: usize, bit: v128, character: v128): u64 {
  return join(
    v128.eq<u8>(v128.or(v128.load(p), bit), character),
    v128.eq<u8>(v128.or(v128.load(p, 16), bit), character),
    v128.eq<u8>(v128.or(v128.load(p, 32), bit), character),
    v128.eq<u8>(v128.or(v128.load(p, 48), bit), character),
  );
}

/** Control characters, below 0x20, as all ones. JSON text may not hold them. */
@inline
export function controls16(x: v128): v128 {
  return v128.eq<u8>(v128.min<u8>(x, splat(0x1f)), x);
}

@inline
export function controls64(p: usize): u64 {
  return join(
    controls16(v128.load(p)),
    controls16(v128.load(p, 16)),
    controls16(v128.load(p, 32)),
    controls16(v128.load(p, 48)),
  );
}

/**
 * Bytes that JSON never has outside text: all but white space, `{}[]:,"`, digits, `+-.`, `eE` and the letters of true, false, null.
 * Each high nibble has its bit; a byte is allowed when the low nibble's set holds the bit of the high one.
 */
@inline
export function strangers64(p: usize): u64 {
  return join(
    stranger16(v128.load(p)),
    stranger16(v128.load(p, 16)),
    stranger16(v128.load(p, 32)),
    stranger16(v128.load(p, 48)),
  );
}

@inline
function stranger16(x: v128): v128 {
  // By high nibble:  0 -> 1 (\t \n \r), 2 -> 2 (blank " + , - .), 3 -> 4 (digits and :), 4 -> 8 (E), 5 -> 16 ([ ]), 6 -> 32 (a e f l n), 7 -> 64 (r s t u { }).
  const highs = i8x16(1, 0, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0);
  const lows = i8x16(
    2 | 4,      // 0: blank, 0
    4 | 32,     // 1: 1, a
    2 | 4 | 64, // 2: ", 2, r
    4 | 64,     // 3: 3, s
    4 | 64,     // 4: 4, t
    4 | 8 | 32 | 64, // 5: 5, E, e, u
    4 | 32,     // 6: 6, f
    4,          // 7
    4,          // 8
    1 | 4,      // 9: tab, 9
    1 | 4,      // a: newline, :
    2 | 16 | 64, // b: +, [, {
    2 | 32,     // c: , l
    1 | 2 | 16 | 64, // d: return, -, ], }
    2 | 32,     // e: . n
    0,
  );
  const low = v128.swizzle(lows, v128.and(x, i8x16.splat(15)));
  const high = v128.swizzle(highs, v128.shr<u8>(x, 4));
  return v128.eq<u8>(v128.and(low, high), i8x16.splat(0));
}

/** From the bits of quotes to the bits between them: each bit the exclusive-or of itself and all below. */
@inline
export function between(quotes: u64): u64 {
  let x = quotes;
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  x ^= x << 32;
  return x;
}

const ODD_BITS: u64 = 0xaaaaaaaaaaaaaaaa;

/** Of the bits of backslashes, those that escape and the bytes they escape, together (Lemire and Keiser's carry trick). */
@inline
export function escapesAndEscaped(backslashes: u64): u64 {
  return (((backslashes << 1) | ODD_BITS) - backslashes) ^ ODD_BITS;
}

@inline
export function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09;
}
