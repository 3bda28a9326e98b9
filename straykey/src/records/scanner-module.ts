import { SCANNER_WASM } from './scanner.wasm.ts';
import type { Kind } from './skim-parsed.ts';

/** What the module exports; see assembly/index.ts. Addresses and lengths are bytes. */
export interface ScannerModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  start(seed: bigint): void;
  begin(): void;
  reserve(bytes: number): number;
  writeAt(): number;
  windowAt(): number;
  outAt(): number;
  fieldsAt(): number;
  outlineAt(): number;
  talliesAt(): number;
  tallySlots(): number;
  extend(bytes: number): void;
  advance(last: number): number;
  unread(): number;
  distrust(): void;
  outline(last: number): number;
  rememberTally(slot: number): void;
  rememberKind(kind: number): void;
  rememberStanding(standing: number): void;
  rememberLike(like: number): void;
  count(slot: number, time: number): void;
}

// The part of the WebAssembly interface used here; the project's type libraries leave it out.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** A module of its own, with a memory of its own, ready for the first input. */
export function instantiate(seed: bigint): ScannerModule {
  const bytes = Uint8Array.from(atob(SCANNER_WASM), (character) => character.charCodeAt(0));
  const module = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as ScannerModule;
  module.start(seed);
  return module;
}

// The module's numbers (assembly/judge.ts, sequence.ts, layout.ts, fields.ts).
export const MORE = 0;
export const PARSE = 1;
export const TELL = 2;
export const CLOSED = 3;
export const NOT_JSON = 4;
export const TRUNCATED = 5;
export const TOO_LARGE = 6;
export const [START, END, STOPPED_AT, WANTED, PLAIN, TALLY, KIND, STANDING, LIKE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;
export const KINDS: readonly (Kind | undefined)[] = [undefined, 'skim', 'read', 'read-function-arn', 'issue'];
export const ASK = -1;
export const [ISSUED_KEY_ID, EVENT_SOURCE, ACCESS_KEY_ID, MANAGEMENT_EVENT, FIELD_COUNT] = [1, 10, 15, 28, 32] as const;
export const [SKIP, READ, FIRST_TOKEN] = [1, 2, 3] as const;

/** In the order of the WANT_ codes of assembly/stop.ts. */
export const WANTS = [
  'a JSON value',
  'a member name in quotes',
  "':' after a member's name",
  "',' or '}' after a member",
  'the rest of a text',
  'JSON structure',
  'the end of the record',
] as const;
