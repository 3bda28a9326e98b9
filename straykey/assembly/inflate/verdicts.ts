// How decoding stops. From BAD_BLOCK_TYPE on, the data is wrong; the host (src/sources/inflater.ts) has zlib's words for each.

/** Not at all: there is more to do, or more input is needed. */
export const GOING_ON: i32 = 0;
export const BLOCK_FILLED: i32 = 1;
export const DATA_ENDS: i32 = 2;
/** Inside the module only: one deflate block is done. */
export const BLOCK_ENDS: i32 = 3;
/** Inside the module only: the bits at hand and all input are too few for what comes next. */
export const STARVED: i32 = 4;

export const BAD_BLOCK_TYPE: i32 = 8;
export const BAD_STORED_LENGTH: i32 = 9;
export const TOO_MANY_SYMBOLS: i32 = 10;
export const BAD_PRECODE: i32 = 11;
export const BAD_REPEAT: i32 = 12;
export const NO_END_OF_BLOCK: i32 = 13;
export const BAD_LITLEN_CODES: i32 = 14;
export const BAD_DISTANCE_CODES: i32 = 15;
export const BAD_LITLEN_CODE: i32 = 16;
export const BAD_DISTANCE_CODE: i32 = 17;
export const TOO_FAR_BACK: i32 = 18;
