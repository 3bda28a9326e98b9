// Where things lie in the module's memory, which never grows. Constants, so that they become part of the instructions.

/** Code lengths of the block being read, one byte each: literal and length codes, then distance codes. */
export const LENGTHS: usize = 0x1000;
/** The same for the code that packs them. */
export const PRECODE_LENGTHS: usize = 0x1200;
/** How many codes there are of each length, and where each length's symbols begin among the sorted; u32 by length. */
export const COUNTS: usize = 0x1240;
export const OFFSETS: usize = 0x1280;
/** Symbols in the order of their codes, u16. */
export const SORTED: usize = 0x1300;
/** For each symbol, its table entry but for the code's length (entries.ts), u32. */
export const PRECODE_SYMBOLS: usize = 0x1600;
export const LITLEN_SYMBOLS: usize = 0x1680;
export const DISTANCE_SYMBOLS: usize = 0x1b00;
/** For distances below 16: which bytes make a whole vector of the repeated pattern, and how far it then reaches (copy.ts). */
export const PATTERNS: usize = 0x1c00;
export const STRIDES: usize = 0x1d00;

/** Decode tables, u32 entries: a root for the first bits of a code and behind it the tables of longer codes. Room for any set of codes. */
export const PRECODE: usize = 0x1e00;
export const DISTANCE: usize = 0x2000;
export const LITLEN: usize = 0x6000;
/** Literals while they are joined to pairs, u32 each: code, bits of it (from bit 16), the literal (from bit 24). */
export const LITERAL_CODES: usize = 0xf000;

/** Stored bytes, written by the host. */
export const INPUT: usize = 0x10000;
export const INPUT_BYTES: usize = 0x40000;

/** Decoded bytes: up to 32 KiB that came before, which is as far as a match reaches back, then the block being filled. */
export const HISTORY: usize = 0x50000;
export const HISTORY_BYTES: usize = 0x8000;
export const BLOCK: usize = HISTORY + HISTORY_BYTES;
/** The most that one block holds. */
export const BLOCK_BYTES: usize = 0x40000;
/** A block is full from here on: one more round of the fastest loop still fits (eight literals, or six and a match of 258 bytes). */
export const BLOCK_FULL: usize = BLOCK + BLOCK_BYTES - 272;

/** Bytes that stand for the block's checksum (checksum.ts): so many vectors, and less than one of the block's end. */
export const VECTORS_LEFT: usize = 300;
/** Copies write whole vectors, so up to 64 bytes behind the block are written to. */
export const SHORT: usize = BLOCK + BLOCK_BYTES + 0x100;
/** On the way there: the last vectors, then room for the next, small enough to stay in the nearest cache. */
export const ROLLED: usize = SHORT + 0x1300;
export const ROLLED_CHUNK: usize = 0x4000;
export const MEMORY_END: usize = ROLLED + 0x12c0 + ROLLED_CHUNK;
