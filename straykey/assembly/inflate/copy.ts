// Matches: bytes copied from what was decoded before, often overlapping themselves.
import { PATTERNS, STRIDES } from './layout';

/** For each distance below 16, the vector's bytes as places in the pattern, and the largest multiple of the distance in a vector. */
export function fillPatterns(): void {
  for (let distance: usize = 1; distance < 16; distance++) {
    for (let i: usize = 0; i < 16; i++) store<u8>(PATTERNS + (distance << 4) + i, <u8>(i % distance));
    store<u8>(STRIDES + distance, <u8>(16 - (16 % distance)));
  }
}

/** Writes up to 31 bytes more than asked for; see layout.ts. */
@inline
export function copyMatch(to: usize, distance: usize, end: usize): void {
  let from = to - distance;
  if (distance >= 16) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    for (to += 32, from += 32; to < end; to += 32, from += 32) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
  } else {
    const pattern = v128.swizzle(v128.load(from), v128.load(PATTERNS + (distance << 4)));
    const stride = <usize>load<u8>(STRIDES + distance);
    do {
      v128.store(to, pattern);
      to += stride;
    } while (to < end);
  }
}
