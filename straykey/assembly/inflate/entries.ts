// Entries of the decode tables, u32. From the low bits up:
//   0-5    bits to take: the code's, and the extra bits behind it, or those of both codes of a pair
//   6, 7   the marks of literals
//   8-11   bits of the code alone, of a pair the first code; of an entry that leads on: how many more bits choose among the longer codes
//   12-15  the other marks
//   16-31  the literal, then the second of a pair; the base of a length or distance; or the place of the table for longer codes

export const LITERAL: u32 = 0x80;
/** Two literals with one look. For who takes one at a time, it is the entry of the first. */
export const PAIR: u32 = 0x40;
/** Something other than a literal, length or distance; one of the three below says what. */
export const SPECIAL: u32 = 0x8000;
/** Leads on to the table of longer codes that begin with these bits. */
export const LEADS_ON: u32 = 0x4000;
export const END_OF_BLOCK: u32 = 0x2000;
/** No symbol has this code. */
export const INVALID: u32 = 0x1000;

/** A symbol's entry, completed by its code's length. */
@inline
export function withLength(symbol: u32, length: u32): u32 {
  return symbol + (length << 8) + length;
}

@inline
export function codeBits(entry: u32): u32 {
  return (entry >> 8) & 15;
}

@inline
export function takenBits(entry: u32): u32 {
  return entry & 63;
}
