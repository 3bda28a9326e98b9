// What is kept between calls: the bits at hand, and where input is read and output written.

/** Bits taken from the input and not yet used, the next one lowest; bits above `bitCount` are what the input holds next, or zero. */
export let bitBuffer: u64 = 0;
export let bitCount: u32 = 0;
/** The next byte of input, and where input ends for now. */
export let next: usize = 0;
export let inputEnd: usize = 0;
/** Where the next decoded byte goes, and the first byte that a match may reach back to. */
export let out: usize = 0;
export let windowStart: usize = 0;

export function setInput(from: usize, to: usize): void {
  next = from;
  inputEnd = to;
}

export function setOutput(at: usize, reachingTo: usize): void {
  out = at;
  windowStart = reachingTo;
}

@inline
export function moveTo(at: usize): void {
  out = at;
}

/** Goes on from what the fast loop kept in its own variables. Whole bytes that it took too much go back. */
export function resume(buffer: u64, count: u32, at: usize): void {
  bitBuffer = buffer;
  bitCount = count;
  next = at;
  giveBack();
}

export function clearBits(): void {
  bitBuffer = 0;
  bitCount = 0;
}

/**
 * Whether that many bits (at most 56) are at hand, after taking as few bytes as will do: so less than a byte is left when they are
 * used, and the end of the data is known to the byte.
 */
@inline
export function have(bits: u32): bool {
  while (bitCount < bits) {
    if (next == inputEnd) return false;
    bitBuffer |= <u64>load<u8>(next++) << bitCount;
    bitCount += 8;
  }
  return true;
}

/** At least 56 bits at hand, when eight bytes of input are left. */
@inline
export function haveMany(): void {
  if (next + 8 > inputEnd) return;
  bitBuffer |= load<u64>(next) << bitCount;
  next += (63 - bitCount) >> 3;
  bitCount |= 56;
}

@inline
export function use(bits: u32): void {
  bitBuffer >>= bits;
  bitCount -= bits;
}

/** Whole bytes at hand go back to the input. They came from the present piece: what an earlier piece left over is used up first. */
export function giveBack(): void {
  next -= bitCount >> 3;
  bitCount &= 7;
  bitBuffer &= (<u64>1 << bitCount) - 1;
}
