// The scanner's WebAssembly half: what the host (src/records/scanner.ts) may call. Overview in README.md.
import { fillSplats } from './bytes';
import { fillHeadMasks, setSeed } from './hash';
import { nextFile, storeKind, storeLike, storeStanding, storeTally } from './judge';
import { FIELDS, MARGIN, OUT, OUTLINE, TALLIES, TALLY_SLOTS, WINDOW } from './layout';
import { fillNames } from './names';
import { outline as outlineRecord } from './outline';
import { refillBudget } from './recover';
import { advance as advanceTo, compact, distrust as distrustLast, restart, unread as unreadBytes } from './sequence';
import { end, setEnd } from './stop';
import { count as countRecord } from './tallies';

const PAGE: usize = 65536;

export function start(seed: u64): void {
  setSeed(seed);
  fillSplats();
  fillHeadMasks();
  fillNames();
  restart();
}

export function begin(): void {
  restart();
  nextFile();
}

/** Makes room for `bytes` more and moves what is kept to the window's start. Returns by how far it moved. */
export function reserve(bytes: u32): u32 {
  const moved = compact();
  const needed = end + <usize>bytes + MARGIN;
  const present = <usize>memory.size() * PAGE;
  if (needed > present) {
    // Doubling the window keeps the number of copies low.
    const window = max(needed - WINDOW, min<usize>(2 * (present - WINDOW), 64 << 20));
    const pages = <i32>((WINDOW + window - present + PAGE - 1) / PAGE);
    if (memory.grow(pages) < 0) unreachable();
  }
  refillBudget();
  return <u32>moved;
}

/** Where the reserved bytes are to be written. */
export function writeAt(): u32 {
  return <u32>end;
}

export function windowAt(): u32 {
  return <u32>WINDOW;
}

export function outAt(): u32 {
  return <u32>OUT;
}

/** Start and length of the values of the record last handed over, by the numbers of fields.ts. */
export function fieldsAt(): u32 {
  return <u32>FIELDS;
}

export function outlineAt(): u32 {
  return <u32>OUTLINE;
}

export function talliesAt(): u32 {
  return <u32>TALLIES;
}

/** How many tallies there is room for. */
export function tallySlots(): i32 {
  return TALLY_SLOTS;
}

/** The bytes have been written. */
export function extend(bytes: u32): void {
  setEnd(end + <usize>bytes);
  memory.fill(end, 0, MARGIN);
}

/** Walks on until the host is needed. */
export function advance(last: bool): i32 {
  return advanceTo(last);
}

/** Bytes behind the `]` that closed the sequence. */
export function unread(): u32 {
  return <u32>unreadBytes();
}

export function distrust(): void {
  distrustLast();
}

/** Puts together the plain values of the record last handed over, see outline.ts. Bytes in all, 0 when it has to be parsed instead. */
export function outline(last: i32): u32 {
  return <u32>outlineRecord(last);
}

export function rememberTally(slot: u32): void {
  storeTally(slot);
}

export function rememberKind(kind: u32): void {
  storeKind(kind);
}

export function rememberStanding(standing: u32): void {
  storeStanding(standing);
}

export function rememberLike(like: u32): void {
  storeLike(like);
}

export function count(slot: u32, time: f64): void {
  countRecord(slot, time);
}
