/** Hashes lie in [0, HASH_RANGE): 53 bits, so that they stay exact in a number. */
export const HASH_RANGE = 2 ** 53;

/**
 * A well mixed 53-bit hash of a text (cyrb53: two murmur-style lanes). Not secret: whoever can choose texts can choose
 * hashes, which is harmless here, because a sketch that misses something only makes the model learn less.
 *
 * Part of the stored form: a change makes saved sketches meaningless.
 */
export function hash53(text: string): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (two & 0x1fffff) + (one >>> 0);
}
