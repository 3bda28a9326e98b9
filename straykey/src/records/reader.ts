import type { Oddity } from '../kit/index.ts';
import type { ApiCall } from './api-call.ts';
import { encodeUtf8 } from './bytes.ts';
import { toApiCall, type Unusable } from './parse.ts';
import { createScanner, type Scanner, skimParsed } from './scanner.ts';
import type { SkimHooks, Tally } from './skim.ts';
import { createSplitter, type FastLane, type Splitter } from './split.ts';
import { parseJson, type UnwrapTools, unwrap } from './unwrap.ts';

/** Turns the decompressed bytes of one input after another into calls to {@link SkimHooks}. */
export interface Reader {
  /** A new input begins. Its name goes into every oddity. */
  begin(origin: string): void;
  /** The next bytes, cut anywhere. Not kept: the caller may use the array again. */
  push(chunk: Uint8Array): void;
  /** The input is over; what was open is told. */
  end(): void;
  /** Counts under the numbers of {@link SkimHooks.tallyOf}, over all inputs so far. */
  tallies(): ReadonlyMap<number, Tally>;
  /** Usable records, over all inputs so far. Duplicates count each time. */
  readonly records: number;
}

export interface ReaderOptions extends UnwrapTools {
  /** The fast lane. Default: the scanner. */
  readonly scanner?: typeof createScanner;
}

/**
 * Reads every known form of CloudTrail, told apart by content and never by file name: delivered files, lists, lines or documents back to
 * back, and the envelopes of `envelopes.ts` around or among them. Memory does not grow with the size of an input.
 *
 * Never throws for bad input. Each piece that gives no record becomes an oddity; an input without a single record or known envelope
 * becomes one oddity (`not-cloudtrail`, `empty-input`), not one for each of its lines.
 */
export function createReader(hooks: SkimHooks, options: ReaderOptions): Reader {
  return new DocumentReader(hooks, options);
}

/** Kinds that say "this may not be CloudTrail at all". Held back until a record proves that it is. */
const DOUBTS: ReadonlySet<string> = new Set(['not-json', 'not-a-record', 'not-base64']);
/** Doubts kept word by word until then. More are counted. Enough to see a pattern; small beside a window of bytes. */
const MOST_HELD = 50;

class DocumentReader implements Reader {
  readonly #hooks: SkimHooks;
  readonly #tools: UnwrapTools;
  readonly #slowHooks: SkimHooks;
  readonly #scanner: Scanner;
  readonly #slowTallies = new Map<number, Tally>();
  #slowRecords = 0;

  #origin = '';
  #splitter: Splitter | undefined;
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  /** The first bytes, until there are enough to see a byte order mark. */
  #head: Uint8Array = new Uint8Array(0);
  #recordsBefore = 0;
  #lists = 0;
  /** Oddities told of this input. */
  #told = 0;
  #held: Oddity[] = [];
  #heldCount = 0;
  /** What the scanner asked about last and did not get as a call: perhaps an envelope. */
  #refused: unknown;
  #truncationTold = false;

  constructor(hooks: SkimHooks, options: ReaderOptions) {
    this.#hooks = hooks;
    this.#tools = options;
    this.#slowHooks = this.#hooksWith(
      (oddity) => this.#tell(oddity),
      (call) => this.#tallySlow(call),
    );
    const fastHooks = this.#hooksWith(
      (oddity) => this.#fromScanner(oddity),
      (call) => hooks.tallyOf(call),
    );
    this.#scanner = (options.scanner ?? createScanner)(fastHooks, (value) => this.#toCall(value));
  }

  get records(): number {
    return this.#scanner.records + this.#slowRecords;
  }

  tallies(): ReadonlyMap<number, Tally> {
    const all = new Map(this.#scanner.tallies());
    for (const [number, tally] of this.#slowTallies) all.set(number, sumOf(all.get(number), tally));
    return all;
  }

  begin(origin: string): void {
    this.#origin = origin;
    this.#splitter = createSplitter(
      {
        piece: (bytes, offset) => this.#piece(bytes, offset),
        list: () => {
          this.#lists++;
        },
        trouble: (kind, offset, reason) => this.#tell({ kind, origin, offset, reason }),
      },
      this.#fastLane(),
    );
    this.#decoder = undefined;
    this.#head = new Uint8Array(0);
    this.#recordsBefore = this.records;
    this.#lists = 0;
    this.#told = 0;
    this.#held = [];
    this.#heldCount = 0;
  }

  push(chunk: Uint8Array): void {
    if (this.#head.length >= HEAD_BYTES) {
      this.#split(chunk);
      return;
    }
    this.#head = this.#head.length === 0 && chunk.length >= HEAD_BYTES ? chunk : concat(this.#head, chunk);
    if (this.#head.length >= HEAD_BYTES) this.#openHead();
  }

  end(): void {
    if (this.#head.length < HEAD_BYTES) this.#openHead();
    const rest = this.#decoder?.decode();
    if (rest !== undefined && rest !== '') this.#splitter?.push(encodeUtf8(rest));
    this.#splitter?.end();
    this.#splitter = undefined;
    this.#conclude();
  }

  /** The input begins here. Windows PowerShell saves what a command prints as UTF-16. */
  #openHead(): void {
    const head = this.#head;
    if (head[0] === 0xff && head[1] === 0xfe) this.#decoder = new TextDecoder('utf-16le');
    if (head[0] === 0xfe && head[1] === 0xff) this.#decoder = new TextDecoder('utf-16be');
    this.#head = head.slice(0, HEAD_BYTES);
    this.#split(head);
  }

  #split(chunk: Uint8Array): void {
    const bytes = this.#decoder === undefined ? chunk : encodeUtf8(this.#decoder.decode(chunk, { stream: true }));
    this.#splitter?.push(bytes);
  }

  // ---- slow lane: one piece at a time

  #piece(bytes: Uint8Array, offset: number): boolean {
    const parsed = parseJson(bytes);
    if (parsed !== undefined) this.#unwrap(parsed.value, offset);
    return parsed !== undefined;
  }

  #unwrap(value: unknown, offset: number): void {
    const at = { origin: this.#origin, offset };
    unwrap(value, this.#tools, {
      record: (record) => skimParsed(record, at, this.#slowHooks, toApiCall),
      trouble: (kind, reason) => this.#tell({ kind, ...at, reason }),
    });
  }

  #tallySlow(call: ApiCall): number {
    const number = this.#hooks.tallyOf(call);
    const tally = { records: 1, firstTime: call.time, lastTime: call.time };
    this.#slowTallies.set(number, sumOf(this.#slowTallies.get(number), tally));
    this.#slowRecords++;
    return number;
  }

  // ---- fast lane

  #fastLane(): FastLane {
    return {
      open: (offset) => this.#scanner.begin(this.#origin, offset),
      push: (bytes) => this.#scanner.push(bytes),
      close: () => {
        this.#truncationTold = false;
        this.#scanner.end();
        return this.#truncationTold;
      },
    };
  }

  #toCall(value: unknown): ApiCall | Unusable {
    const call = toApiCall(value);
    this.#refused = 'unusable' in call && call.unusable === 'not-a-record' ? value : undefined;
    return call;
  }

  /** Lists of records may hold envelopes instead (`Records` of SQS, SNS, Kinesis): what the scanner refuses is looked into. */
  #fromScanner(oddity: Oddity): void {
    if (oddity.kind === 'truncated-json') this.#truncationTold = true;
    const refused = this.#refused;
    this.#refused = undefined;
    if (oddity.kind === 'not-a-record' && refused !== undefined) this.#unwrap(refused, oddity.offset ?? 0);
    else this.#tell(oddity);
  }

  #hooksWith(oddity: SkimHooks['oddity'], tallyOf: SkimHooks['tallyOf']): SkimHooks {
    const hooks = this.#hooks;
    return {
      kindOf: (eventSource, eventName) => hooks.kindOf(eventSource, eventName),
      meet: (call) => hooks.meet(call),
      ...(hooks.witness === undefined ? {} : { witness: (call) => hooks.witness!(call) }),
      likeOf: (issue) => hooks.likeOf(issue),
      issued: (like, accessKeyId) => hooks.issued(like, accessKeyId),
      note: (token) => hooks.note(token),
      read: (call, offset) => hooks.read(call, offset),
      tallyOf,
      oddity,
    };
  }

  // ---- oddities

  #tell(oddity: Oddity): void {
    if (DOUBTS.has(oddity.kind) && !this.#isProven()) {
      this.#heldCount++;
      if (this.#held.length < MOST_HELD) this.#held.push(oddity);
      return;
    }
    this.#told++;
    this.#hooks.oddity(oddity);
  }

  /** A record was read, or something recognised by its name. */
  #isProven(): boolean {
    return this.records > this.#recordsBefore || this.#told > 0;
  }

  #conclude(): void {
    const origin = this.#origin;
    if (this.#isProven()) {
      for (const oddity of this.#held) this.#hooks.oddity(oddity);
      const more = this.#heldCount - this.#held.length;
      if (more > 0)
        this.#hooks.oddity({ kind: 'not-a-record', origin, reason: `${more} more pieces before the first record` });
    } else if (this.#heldCount > 0) {
      const first = this.#held[0]!;
      this.#hooks.oddity({ kind: 'not-cloudtrail', origin, reason: first.reason });
    } else {
      const found = this.#lists > 0 ? 'an empty list of records' : 'nothing';
      this.#hooks.oddity({ kind: 'empty-input', origin, reason: `expected records, found ${found}` });
    }
  }
}

/** Enough to see a byte order mark. */
const HEAD_BYTES = 4;

function sumOf(one: Tally | undefined, other: Tally): Tally {
  if (one === undefined || one.records === 0) return other;
  return {
    records: one.records + other.records,
    firstTime: Math.min(one.firstTime, other.firstTime),
    lastTime: Math.max(one.lastTime, other.lastTime),
  };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
