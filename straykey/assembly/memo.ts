// Memo tables: hash to what the host answered. Open addressing, linear probing. A table that is full is emptied: answers can be asked again.
import {
  CALLER_ENTRIES_FIRST, CALLER_ENTRIES_LAST, CALLER_MEMO, KIND_MEMO, LIKE_MEMO, LIKE_MEMO_ENTRIES, SMALL_MEMO_ENTRIES, TALLY_MEMO,
} from './layout';

/** Entry: u64 hash (0 is free), u32 answer, u32 number of the file in which the caller was last noted. */
const ENTRY_BITS: usize = 4;
const ANSWER: usize = 8;
const FILE: usize = 12;

let tallies: u32 = 0;
let kinds: u32 = 0;
let likes: u32 = 0;
let callers: u32 = 0;
let callerMemo: usize = CALLER_MEMO;
let callerEntries: u32 = CALLER_ENTRIES_FIRST;

/** The entry of a hash, or the free entry where it belongs. */
@inline
function find(table: usize, entries: u32, hash: u64): usize {
  const mask = <usize>entries - 1;
  let i = <usize>hash & mask;
  while (true) {
    const entry = table + (i << ENTRY_BITS);
    const found = load<u64>(entry);
    if (found == hash || found == 0) return entry;
    i = (i + 1) & mask;
  }
}

@inline
export function findTally(hash: u64): usize {
  return find(TALLY_MEMO, SMALL_MEMO_ENTRIES, hash);
}

@inline
export function findKind(hash: u64): usize {
  return find(KIND_MEMO, SMALL_MEMO_ENTRIES, hash);
}

@inline
export function findLike(hash: u64): usize {
  return find(LIKE_MEMO, LIKE_MEMO_ENTRIES, hash);
}

@inline
export function findCaller(hash: u64): usize {
  return find(callerMemo, callerEntries, hash);
}

@inline
export function isFree(entry: usize): bool {
  return load<u64>(entry) == 0;
}

@inline
export function answerOf(entry: usize): u32 {
  return load<u32>(entry, ANSWER);
}

@inline
export function fileOf(entry: usize): u32 {
  return load<u32>(entry, FILE);
}

@inline
export function setFile(entry: usize, file: u32): void {
  store<u32>(entry, file, FILE);
}

function put(entry: usize, hash: u64, answer: u32, file: u32): bool {
  const added = isFree(entry);
  store<u64>(entry, hash);
  store<u32>(entry, answer, ANSWER);
  store<u32>(entry, file, FILE);
  return added;
}

/** Three quarters: linear probing stays short. */
@inline
function isFull(used: u32, entries: u32): bool {
  return used >= entries - (entries >> 2);
}

export function rememberTally(hash: u64, slot: u32): void {
  if (isFull(tallies, SMALL_MEMO_ENTRIES)) {
    memory.fill(TALLY_MEMO, 0, <usize>SMALL_MEMO_ENTRIES << ENTRY_BITS);
    tallies = 0;
  }
  if (put(findTally(hash), hash, slot, 0)) tallies++;
}

export function rememberKind(hash: u64, kind: u32): void {
  if (isFull(kinds, SMALL_MEMO_ENTRIES)) {
    memory.fill(KIND_MEMO, 0, <usize>SMALL_MEMO_ENTRIES << ENTRY_BITS);
    kinds = 0;
  }
  if (put(findKind(hash), hash, kind, 0)) kinds++;
}

export function rememberLike(hash: u64, like: u32): void {
  if (isFull(likes, LIKE_MEMO_ENTRIES)) {
    memory.fill(LIKE_MEMO, 0, <usize>LIKE_MEMO_ENTRIES << ENTRY_BITS);
    likes = 0;
  }
  if (put(findLike(hash), hash, like, 0)) likes++;
}

export function rememberCaller(hash: u64, standing: u32, file: u32): void {
  if (isFull(callers, callerEntries)) {
    if (callerEntries < CALLER_ENTRIES_LAST) moveCallers();
    else {
      memory.fill(callerMemo, 0, <usize>callerEntries << ENTRY_BITS);
      callers = 0;
    }
  }
  if (put(findCaller(hash), hash, standing, file)) callers++;
}

function moveCallers(): void {
  const from = callerMemo;
  const size = <usize>callerEntries << ENTRY_BITS;
  callerMemo += size;
  callerEntries <<= 1;
  for (let old = from; old < from + size; old += 1 << ENTRY_BITS) {
    const hash = load<u64>(old);
    if (hash != 0) put(findCaller(hash), hash, answerOf(old), fileOf(old));
  }
}
