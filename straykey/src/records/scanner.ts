import type { ApiCall } from './api-call.ts';
import { lastFor, MET, Outliner } from './outline.ts';
import {
  ACCESS_KEY_ID,
  ASK,
  CLOSED,
  END,
  EVENT_SOURCE,
  FIELD_COUNT,
  FIRST_TOKEN,
  ISSUED_KEY_ID,
  instantiate,
  KIND,
  KINDS,
  LIKE,
  MANAGEMENT_EVENT,
  MORE,
  NOT_JSON,
  PARSE,
  PLAIN,
  READ,
  type ScannerModule,
  SKIP,
  STANDING,
  START,
  STOPPED_AT,
  TALLY,
  TELL,
  TOO_LARGE,
  TRUNCATED,
  WANTED,
  WANTS,
} from './scanner-module.ts';
import type { SkimHooks, Standing, Tally } from './skim.ts';
import { act, isShallow, isWantedByKind, type ToCall, usableCall } from './skim-parsed.ts';

export { skimParsed } from './skim-parsed.ts';

/**
 * Walks delivered CloudTrail, a sequence of JSON objects, and parses only what {@link SkimHooks} want: the fast lane. Bytes go through a
 * WebAssembly module (straykey/assembly) that follows JSON's grammar at a record's top level and in `userIdentity`, skips every other value by
 * its quotes and brackets, and remembers the hooks' answers.
 *
 * It takes nothing for granted: any member order, white space, duplicate members (the last counts) or decoy inside a value gives what
 * JSON.parse gives. A record with an escape in a name or value it relies on, or with such a value of an unusual type or form, is parsed.
 * It errs towards parsing: what it does not understand is never skipped. Inside values that nobody asked for it is lenient: a record
 * whose needed fields are sound counts although, say, a number in its request parameters is malformed.
 */
export interface Scanner {
  /** A new input. `offset`: where the first byte pushed lies in the decompressed input. What was left of the input before is dropped. */
  begin(origin: string, offset: number): void;
  /**
   * The next bytes, cut anywhere; they are copied. `closedAfter`: an unmatched `]` ended the sequence, that many bytes of this chunk
   * were used, the bracket included. Nothing more is read until {@link begin}.
   */
  push(chunk: Uint8Array): 'more' | { readonly closedAfter: number };
  /** No more bytes: a record that is not whole becomes an oddity (`truncated-json`). */
  end(): void;
  /** By number of {@link SkimHooks.tallyOf}, over all inputs since creation. */
  tallies(): ReadonlyMap<number, Tally>;
  /** Usable records, over all inputs since creation. */
  readonly records: number;
}

export interface ScannerOptions {
  /** Of the hashes behind the memo: 64 bits, so that nobody can prepare two callers that look alike. Default 0, which is reproducible. */
  readonly seed?: bigint;
}

/** Bytes copied in at a time. Small enough to stay in a core's cache between the copy and the walk. */
const WINDOW_BYTES = 256 * 1024;

/** The module keeps it with 1 added, in 31 bits. */
const LAST_LIKE = 2 ** 31 - 2;
const LAST_TOKEN = 2 ** 32 - 1 - FIRST_TOKEN;

/**
 * Makes a scanner. `toCall` decides what is a usable record; for records in plain form it must decide by the fields the hooks' questions
 * are about, `eventType` and `insightDetails` alone, or a remembered answer would hide the difference. Throws nothing for bad input; what
 * the hooks throw comes through, and the scanner is then good for {@link Scanner.begin} only.
 */
export function createScanner(hooks: SkimHooks, toCall: ToCall, options: ScannerOptions = {}): Scanner {
  return new WasmScanner(hooks, toCall, options.seed ?? 0n);
}

class WasmScanner implements Scanner {
  readonly #hooks: SkimHooks;
  readonly #toCall: ToCall;
  readonly #wasm: ScannerModule;
  readonly #outliner = new Outliner();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Tally number to the module's slot. */
  readonly #slots = new Map<number, number>();
  /** Tallies for which the module has no slot left. */
  readonly #overflow = new Map<number, Tally>();
  #bytes: Uint8Array;
  #out: Int32Array;
  #fields: Int32Array;
  #origin = '';
  /** Of the window's first byte in the decompressed input. */
  #offset = 0;
  #closed = false;

  constructor(hooks: SkimHooks, toCall: ToCall, seed: bigint) {
    this.#hooks = hooks;
    this.#toCall = toCall;
    this.#wasm = instantiate(seed);
    [this.#bytes, this.#out, this.#fields] = this.#views();
  }

  begin(origin: string, offset: number): void {
    this.#wasm.begin();
    this.#origin = origin;
    this.#offset = offset;
    this.#closed = false;
  }

  push(chunk: Uint8Array): 'more' | { readonly closedAfter: number } {
    for (let taken = 0; taken < chunk.length; ) {
      if (this.#closed) return { closedAfter: taken };
      const piece = chunk.subarray(taken, taken + WINDOW_BYTES);
      this.#fill(piece);
      taken += piece.length;
      this.#run(false);
      if (this.#closed) return { closedAfter: taken - this.#wasm.unread() };
    }
    return 'more';
  }

  end(): void {
    if (this.#closed) return;
    this.#run(true);
    this.#closed = true;
  }

  tallies(): ReadonlyMap<number, Tally> {
    const tallies = new Map(this.#overflow);
    const counters = this.#counters();
    for (const [number, slot] of this.#slots) {
      const [records, firstTime, lastTime] = counters.subarray(3 * slot, 3 * slot + 3);
      tallies.set(number, { records: records!, firstTime: firstTime!, lastTime: lastTime! });
    }
    return tallies;
  }

  /** Asked before and after every file, so it sums in place. */
  get records(): number {
    let sum = 0;
    for (const { records } of this.#overflow.values()) sum += records;
    const counters = this.#counters();
    for (let slot = 0; slot < this.#slots.size; slot++) sum += counters[3 * slot]!;
    return sum;
  }

  /** Records, least and greatest time of each slot, as the module counts them. */
  #counters(): Float64Array {
    return new Float64Array(this.#wasm.memory.buffer, this.#wasm.talliesAt(), 3 * this.#slots.size);
  }

  #views(): [bytes: Uint8Array, out: Int32Array, fields: Int32Array] {
    const { buffer } = this.#wasm.memory;
    const fields = new Int32Array(buffer, this.#wasm.fieldsAt(), 2 * FIELD_COUNT);
    return [new Uint8Array(buffer), new Int32Array(buffer, this.#wasm.outAt(), LIKE + 1), fields];
  }

  #fill(piece: Uint8Array): void {
    this.#offset += this.#wasm.reserve(piece.length);
    if (this.#bytes.length === 0) {
      // The memory grew, which empties the views of it.
      [this.#bytes, this.#out, this.#fields] = this.#views();
    }
    this.#bytes.set(piece, this.#wasm.writeAt());
    this.#wasm.extend(piece.length);
  }

  #run(last: boolean): void {
    for (;;) {
      switch (this.#wasm.advance(last ? 1 : 0)) {
        case MORE:
          return;
        case CLOSED:
          this.#closed = true;
          return;
        case PARSE:
          this.#want();
          break;
        case TELL:
          this.#tell();
          break;
        case NOT_JSON:
          this.#report('not-json', this.#mismatch());
          break;
        case TRUNCATED:
          this.#report('truncated-json', this.#mismatch());
          break;
        case TOO_LARGE:
          this.#report('record-too-large', 'expected a record of at most 16 MiB, found more');
          break;
      }
    }
  }

  #report(kind: string, reason: string): void {
    this.#hooks.oddity({ kind, origin: this.#origin, offset: this.#offset + this.#out[START]!, reason });
  }

  #mismatch(): string {
    const stoppedAt = this.#out[STOPPED_AT]!;
    const found =
      stoppedAt < this.#end() ? nameOf(this.#bytes[this.#wasm.windowAt() + stoppedAt]!) : 'the end of the input';
    return `expected ${WANTS[this.#out[WANTED]!]}, found ${found} at byte ${this.#offset + stoppedAt}`;
  }

  #end(): number {
    return this.#wasm.writeAt() - this.#wasm.windowAt();
  }

  /** A record that nobody is known to want. */
  #tell(): void {
    const out = this.#out;
    const like = out[LIKE]!;
    const accessKeyId = like > 0 ? this.#value(ISSUED_KEY_ID) : '';
    const standing = toStanding(out[STANDING]!) ?? this.#meet();
    if (standing === undefined) return;
    if (typeof standing === 'object') this.#hooks.note(standing.note);
    if (like > 0) this.#hooks.issued(like - 1, accessKeyId);
  }

  /** Puts the question about the caller, by an outline of the record. Nothing when the record was parsed after all, which answers the rest too. */
  #meet(): Standing | undefined {
    const call = this.#outlined(MET);
    if (call === undefined) return this.#parse();
    const standing = this.#hooks.meet(call);
    if (toNumber(standing) !== 0) this.#wasm.rememberStanding(toNumber(standing));
    if (standing === 'read' || standing === 'read-once') return this.#parse(standing);
    this.#wasm.count(this.#out[TALLY]!, call.time);
    return standing;
  }

  /** A record wanted by its kind: its testimony will mostly do. */
  #want(): void {
    const hooks = this.#hooks;
    const out = this.#out;
    const kind = KINDS[out[KIND]!];
    const mayDo = hooks.witness !== undefined && out[PLAIN] === 1 && out[TALLY]! >= 0 && out[STANDING] !== READ;
    if (mayDo && (kind === 'read' || kind === 'read-function-arn')) {
      const call = this.#outlined(lastFor(this.#value(EVENT_SOURCE)));
      if (call !== undefined && hooks.witness!(call)) {
        this.#wasm.count(out[TALLY]!, call.time);
        return;
      }
    }
    this.#parse();
  }

  #outlined(last: number): ApiCall | undefined {
    const length = this.#wasm.outline(last);
    if (length === 0) return undefined;
    const fields = this.#fields;
    const flag = fields[2 * MANAGEMENT_EVENT]!;
    return this.#outliner.callOf({
      text: this.#decode(this.#wasm.outlineAt(), length),
      accessKeyId: this.#value(ACCESS_KEY_ID),
      last,
      fields,
      managementEvent: flag === 0 ? undefined : this.#bytes[flag] === 't'.charCodeAt(0),
    });
  }

  #value(field: number): string {
    return this.#decode(this.#fields[2 * field]!, this.#fields[2 * field + 1]!);
  }

  /**
   * The record the module stopped at: parse it, put the questions not answered before, and let the module remember. `met`: the answer
   * about its caller, when that was had a moment ago.
   */
  #parse(met?: Standing): undefined {
    const out = this.#out;
    const at = { origin: this.#origin, offset: this.#offset + out[START]! };
    const parsed = this.#parseText(out[START]!, out[END]!);
    if (parsed === undefined) {
      this.#report('not-json', 'expected JSON, found a malformed value inside the record');
      this.#wasm.distrust();
      return;
    }
    const hooks = this.#hooks;
    const plain = out[PLAIN] === 1;
    const [tally, knownKind, knownStanding] = plain
      ? [out[TALLY]!, KINDS[out[KIND]!], met ?? toStanding(out[STANDING]!)]
      : [-1];
    // The module has seen that a plain record is not too deep.
    if (!plain && !isShallow(parsed.value, at, hooks)) return;
    const call = usableCall(parsed.value, at, hooks, this.#toCall);
    if (call === undefined) return;
    if (tally >= 0) this.#wasm.count(tally, call.time);
    else this.#tally(call, plain);
    const kind = knownKind ?? hooks.kindOf(call.eventSource, call.eventName);
    if (plain && knownKind === undefined) this.#wasm.rememberKind(KINDS.indexOf(kind));
    if (isWantedByKind(kind, parsed.value)) {
      hooks.read(call, at.offset);
      if (plain && kind === 'issue' && out[LIKE] === ASK) this.#remember(hooks.likeOf(call));
      return;
    }
    const standing = knownStanding ?? hooks.meet(call);
    if (plain && toNumber(standing) !== 0) this.#wasm.rememberStanding(toNumber(standing));
    act(call, at, hooks, standing);
  }

  #remember(like: number): void {
    if (like >= 0 && like <= LAST_LIKE) this.#wasm.rememberLike(like);
  }

  #parseText(start: number, end: number): { readonly value: unknown } | undefined {
    try {
      return { value: JSON.parse(this.#decode(this.#wasm.windowAt() + start, end - start)) };
    } catch {
      return undefined;
    }
  }

  #decode(address: number, length: number): string {
    return this.#decoder.decode(this.#bytes.subarray(address, address + length));
  }

  #tally(call: ApiCall, remember: boolean): void {
    const number = this.#hooks.tallyOf(call);
    let slot = this.#slots.get(number);
    if (slot === undefined && this.#slots.size < this.#wasm.tallySlots()) {
      slot = this.#slots.size;
      this.#slots.set(number, slot);
    }
    if (slot === undefined) {
      this.#overflow.set(number, counted(this.#overflow.get(number), call.time));
      return;
    }
    this.#wasm.count(slot, call.time);
    if (remember) this.#wasm.rememberTally(slot);
  }
}

/** As the module keeps it; 0 is not kept: `again`, `read-once`, and a token it has no room for. */
function toNumber(standing: Standing): number {
  if (standing === 'skip') return SKIP;
  if (standing === 'read') return READ;
  if (standing === 'again' || standing === 'read-once') return 0;
  return standing.note >= 0 && standing.note <= LAST_TOKEN ? standing.note + FIRST_TOKEN : 0;
}

function toStanding(number: number): Standing | undefined {
  if (number === SKIP) return 'skip';
  if (number === READ) return 'read';
  return number === 0 ? undefined : { note: (number >>> 0) - FIRST_TOKEN };
}

function counted(tally: Tally | undefined, time: number): Tally {
  return {
    records: (tally?.records ?? 0) + 1,
    firstTime: Math.min(tally?.firstTime ?? time, time),
    lastTime: Math.max(tally?.lastTime ?? time, time),
  };
}

function nameOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f
    ? `'${String.fromCharCode(byte)}'`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
