// Where things lie in the module's one memory. Everything has a fixed place but the window, which is last so that it can grow.
// Pages nobody has written to cost no memory, so the places are as large as the tables may ever become.

/** Answers to the host after `advance`; see the `OUT_` offsets below. */
export const OUT: usize = 0x10000;
/** Start and length (u32 each) of the values found in the record being walked, by field number (fields.ts). */
export const FIELDS: usize = 0x10100;
/** Open-addressed tables of the member names we look for, at the record's top level and inside userIdentity (names.ts). */
export const TOP_NAMES: usize = 0x10400;
export const IDENTITY_NAMES: usize = 0x12400;
/** Masks that keep the first 0 to 15 bytes of a vector (hash.ts). */
export const HEAD_MASKS: usize = 0x14400;
/** Characters in all sixteen lanes (bytes.ts). */
export const SPLATS: usize = 0x14600;
/** Name tables for an issue's requestParameters, its responseElements, and the credentials in these. */
export const REQUEST_NAMES: usize = 0x15000;
export const RESPONSE_NAMES: usize = 0x17000;
export const CREDENTIAL_NAMES: usize = 0x19000;
/** A record's plain values, one behind the other (outline.ts). AWS's are some hundred bytes in all. */
export const OUTLINE: usize = 0x1b000;
export const OUTLINE_MOST: usize = 0x4000;

/** Counters: number of records, least and greatest time, each f64; one triple per slot (tallies.ts). */
export const TALLIES: usize = 0x20000;
export const TALLY_SLOTS: i32 = 65536;
/** Memo tables of 16-byte entries (memo.ts). */
export const TALLY_MEMO: usize = 0x1a0000;
export const KIND_MEMO: usize = 0x2a0000;
export const SMALL_MEMO_ENTRIES: u32 = 65536;
export const LIKE_MEMO: usize = 0x3a0000;
export const LIKE_MEMO_ENTRIES: u32 = 32768;
/** The callers' memo doubles into a fresh place each time, one behind the other, so that entries can be moved over. */
export const CALLER_MEMO: usize = 0x440000;
export const CALLER_ENTRIES_FIRST: u32 = 1 << 14;
export const CALLER_ENTRIES_LAST: u32 = 1 << 20;

/** The bytes being walked. Kept in step with `--initialMemory` in scripts/build-scanner.ts, which covers the first window. */
export const WINDOW: usize = 0x2400000;
/** Zeros kept behind the last byte, so that a vector may be read at any byte and the end looks like a character no JSON has. */
export const MARGIN: usize = 256;

// What `advance` leaves for the host (i32 each, positions relative to the window's start).
export const OUT_START: usize = 0;
export const OUT_END: usize = 4;
/** Where the walk stopped, and which of the WANT_ codes (stop.ts) it stopped for. */
export const OUT_STOPPED_AT: usize = 8;
export const OUT_WANTED: usize = 12;
/** 1 when every field we rely on was in its plain form, so that the answers below may be remembered. */
export const OUT_PLAIN: usize = 16;
/** Answers remembered: tally slot or -1; kind or 0; standing or 0; 1 and the number of likes, -1 to ask for it, 0 to leave it (memo.ts). */
export const OUT_TALLY: usize = 20;
export const OUT_KIND: usize = 24;
export const OUT_STANDING: usize = 28;
export const OUT_LIKE: usize = 32;
