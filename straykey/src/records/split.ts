import { decodeUtf8, describe } from './bytes.ts';
import { Noise, type NoiseReport } from './split-noise.ts';
import { MAX_PIECE_BYTES, PieceBytes } from './split-piece.ts';

/** Brackets inside brackets. AWS's own records stay under 30. */
export const MAX_DEPTH = 1000;

/** Members of a document whose array is handed out element by element, so that the document may be of any size. */
const LISTS: ReadonlySet<string> = new Set([
  'Records', // delivered files; Lambda events of S3, SQS, SNS, Kinesis
  'Events', // lookup-events
  'QueryResultRows', // CloudTrail Lake
  'logEvents', // CloudWatch Logs subscription
  'events', // filter-log-events, get-log-events
  'records', // Firehose transformation event
  'Messages', // SQS receive-message
]);

/** Members that only a record has at its top level: a document with one of them is a record, and so may be all that follow. */
const RECORD_MEMBERS: ReadonlySet<string> = new Set([
  ...['eventVersion', 'userIdentity', 'eventTime', 'eventSource', 'eventName', 'awsRegion', 'sourceIPAddress'],
  ...['userAgent', 'requestParameters', 'responseElements', 'requestID', 'eventID', 'recipientAccountId'],
]);
/** Bytes of a member's name that are kept; no name above is longer. Escapes make a name longer, up to 6 bytes a letter. */
const LONGEST_NAME = 128;

export interface SplitSink {
  /** The text of one JSON value, balanced but not proven to be JSON: a document, or an element of a list. False when it is not JSON. */
  piece(bytes: Uint8Array, offset: number): boolean;
  /** A list begins, or a run of records that the fast lane takes. */
  list(): void;
  trouble(kind: 'not-json' | 'truncated-json' | 'record-too-large' | 'too-deep', offset: number, reason: string): void;
}

/** Takes the bytes of records that follow each other, up to the bracket that ends their list: the scanner. */
export interface FastLane {
  open(offset: number): void;
  push(bytes: Uint8Array): 'more' | { readonly closedAfter: number };
  /** No more bytes. True when it told that the last record is cut off. */
  close(): boolean;
}

export interface Splitter {
  push(chunk: Uint8Array): void;
  end(): void;
}

/**
 * Cuts a stream of bytes into JSON values, in one pass and bounded memory, whatever the size of the documents: concatenated or one a
 * line, pretty-printed or not, with the known lists handed out by element. It follows strings and brackets only; whether a piece is
 * JSON is for the sink to find out. Broken input is told once where it begins and passed over; reading goes on at the next place where
 * a document or an element can begin.
 */
export function createSplitter(sink: SplitSink, lane?: FastLane): Splitter {
  return new ByteSplitter(sink, lane);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}

/** Between documents also commas, the separator of JSON text sequences, and the three bytes of a BOM. */
function isSeparator(byte: number): boolean {
  return isSpace(byte) || byte === COMMA || byte === 0x1e || byte === 0xef || byte === 0xbb || byte === 0xbf;
}

const NOTHING = new Uint8Array(0);

class ByteSplitter implements Splitter {
  readonly #sink: SplitSink;
  readonly #lane: FastLane | undefined;
  #state: 'between' | 'noise' | 'array' | 'value' | 'list' | 'recover' | 'lane' = 'between';
  /** What holds the list being read: a member of a document, a bare array, or nothing. */
  #holder: 'none' | 'object' | 'array' = 'none';

  #chunk: Uint8Array = NOTHING;
  #at = 0;
  /** Offset in the input of the chunk's first byte. */
  #base = 0;
  /** What was set aside to walk some bytes again; the last one comes first. */
  readonly #rests: { readonly bytes: Uint8Array; readonly base: number }[] = [];
  /** Bytes of all chunks so far. */
  #received = 0;

  /** The value being walked: a document (`holder` none) or an element. */
  #start = 0;
  #depth = 0;
  readonly #closers = new Uint8Array(MAX_DEPTH);
  #inString = false;
  #escaped = false;
  readonly #piece = new PieceBytes();
  #lost: 'record-too-large' | 'too-deep' | undefined;
  /** A document whose list was handed out is not a piece itself. */
  #listed = false;

  /** The member names at the top level of a document. */
  #expectName = false;
  #nameBytes: number[] | undefined;
  #name = '';

  readonly #noise = new Noise();
  /** Bytes that may still be walked again behind broken documents: keeps hostile input linear. */
  #budget = 0;
  /** The last byte seen while recovering inside a list that was no blank. */
  #before = 0;

  constructor(sink: SplitSink, lane: FastLane | undefined) {
    this.#sink = sink;
    this.#lane = lane;
  }

  push(chunk: Uint8Array): void {
    this.#budget += 4 * chunk.length;
    this.#load(chunk, this.#received);
    this.#received += chunk.length;
    this.#walk();
  }

  end(): void {
    while (this.#state === 'value' && this.#holder === 'none' && this.#replay()) {
      this.#noise.broken(this.#start, 'expected the end of the document, found another one');
      this.#walk();
    }
    const told = this.#state === 'lane' && this.#lane!.close();
    if (this.#state === 'value') {
      this.#tellCutOff();
    } else if (this.#holder !== 'none' && !told) {
      const reason = 'expected the end of the list, found the end of the input';
      this.#sink.trouble('truncated-json', this.#received, reason);
    }
    this.#report(this.#noise.take());
  }

  #load(chunk: Uint8Array, base: number): void {
    this.#chunk = chunk;
    this.#base = base;
    this.#at = 0;
  }

  #walk(): void {
    for (;;) {
      while (this.#at < this.#chunk.length) {
        if (this.#state === 'value') this.#walkValue();
        else if (this.#state === 'lane') this.#walkLane();
        else this.#step(this.#chunk[this.#at]!);
      }
      if (this.#state === 'value') this.#keep();
      const rest = this.#rests.pop();
      this.#load(rest?.bytes ?? NOTHING, rest?.base ?? this.#received);
      if (rest === undefined) return;
    }
  }

  /** One byte outside of values. */
  #step(byte: number): void {
    switch (this.#state) {
      case 'between':
        if (byte === OPEN_BRACE) this.#beginValue();
        else if (byte === OPEN_BRACKET) this.#enter('array');
        else if (isSeparator(byte)) this.#at++;
        else this.#enterNoise(true);
        break;
      case 'noise':
        this.#walkNoise(byte);
        break;
      case 'array':
        this.#firstElement(byte);
        break;
      case 'list':
        this.#nextElement(byte);
        break;
      default:
        this.#recover(byte);
    }
  }

  #enter(state: 'between' | 'array' | 'list'): void {
    this.#state = state;
    this.#at++;
  }

  // ---- lists

  /** After the bracket of a bare array. Text such as `[see below]` is not one. */
  #firstElement(byte: number): void {
    if (isSpace(byte)) {
      this.#at++;
      return;
    }
    if (byte === OPEN_BRACE || byte === CLOSE_BRACKET || byte === QUOTE || byte === OPEN_BRACKET) {
      this.#holder = 'array';
      this.#openList(byte === OPEN_BRACE ? this.#lane : undefined);
    } else {
      this.#enterNoise(false);
    }
  }

  #openList(lane: FastLane | undefined): void {
    this.#report(this.#noise.take());
    this.#sink.list();
    this.#piece.drop();
    this.#state = lane === undefined ? 'list' : 'lane';
    lane?.open(this.#base + this.#at);
  }

  #nextElement(byte: number): void {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET || byte === QUOTE) {
      this.#beginValue();
      return;
    }
    if (byte === CLOSE_BRACKET) this.#closeList();
    else if (!isSpace(byte) && byte !== COMMA) this.#noteStray(byte);
    else this.#noise.pause();
    this.#at++;
  }

  /** Behind a broken element: the next one begins with a brace after a comma or at the beginning of a line. */
  #recover(byte: number): void {
    const fresh = this.#before === COMMA || this.#before === NEWLINE;
    if (fresh && byte === OPEN_BRACE) {
      this.#beginValue();
    } else if (fresh && byte === CLOSE_BRACKET) {
      this.#state = 'list';
    } else {
      if (byte === NEWLINE || !isSpace(byte)) this.#before = byte;
      this.#at++;
    }
  }

  #closeList(): void {
    if (this.#holder === 'object') this.#resumeDocument();
    else this.#state = 'between';
    this.#holder = 'none';
  }

  #resumeDocument(): void {
    this.#state = 'value';
    this.#start = this.#base + this.#at;
    this.#depth = 1;
    this.#closers[0] = CLOSE_BRACE;
    this.#inString = false;
    this.#expectName = false;
    this.#lost = undefined;
    this.#listed = true;
    this.#piece.drop();
  }

  #walkLane(): void {
    const taken = this.#lane!.push(this.#chunk.subarray(this.#at));
    if (taken === 'more') {
      this.#at = this.#chunk.length;
      return;
    }
    this.#at += taken.closedAfter;
    this.#lane!.close();
    this.#closeList();
  }

  // ---- values

  #beginValue(): void {
    this.#state = 'value';
    this.#start = this.#base + this.#at;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#lost = undefined;
    this.#listed = false;
    this.#expectName = false;
    this.#nameBytes = undefined;
    this.#piece.begin(this.#at);
  }

  #walkValue(): void {
    while (this.#at < this.#chunk.length && this.#state === 'value') {
      const byte = this.#chunk[this.#at]!;
      if (this.#inString) this.#stringByte(byte);
      else this.#structureByte(byte);
    }
  }

  #stringByte(byte: number): void {
    if (byte === NEWLINE) {
      this.#broken('expected the end of a string, found the end of the line');
      return;
    }
    this.#at++;
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      if (this.#nameBytes !== undefined) this.#named();
      else if (this.#depth === 0) this.#complete();
      return;
    }
    if (this.#nameBytes !== undefined && this.#nameBytes.length < LONGEST_NAME) this.#nameBytes.push(byte);
  }

  #structureByte(byte: number): void {
    if (this.#expectName && byte !== QUOTE && byte !== CLOSE_BRACE && !isSpace(byte)) {
      this.#broken('expected the name of a member in quotes, found something else');
      return;
    }
    this.#at++;
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        if (this.#expectName) this.#nameBytes = [];
        this.#expectName = false;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.#openBracket(byte);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.#closeBracket(byte);
        break;
      case COMMA:
        this.#expectName = this.#depth === 1 && this.#holder === 'none';
        break;
    }
  }

  #openBracket(byte: number): void {
    const document = this.#holder === 'none';
    if (document && this.#depth === 1 && byte === OPEN_BRACKET && LISTS.has(this.#name)) {
      this.#holder = 'object';
      this.#openList(this.#name === 'Records' ? this.#lane : undefined);
      return;
    }
    if (this.#depth < MAX_DEPTH) this.#closers[this.#depth] = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
    else this.#lose('too-deep');
    this.#depth++;
    this.#expectName = document && this.#depth === 1;
  }

  #closeBracket(byte: number): void {
    if (this.#depth <= MAX_DEPTH && this.#closers[this.#depth - 1] !== byte) {
      this.#at--;
      this.#broken('expected the other closing bracket');
      return;
    }
    this.#expectName = false;
    this.#depth--;
    if (this.#depth === 0) this.#complete();
  }

  /** A member's name at the top level of a document: known lists are entered, records change to the fast lane. */
  #named(): void {
    this.#name = memberName(this.#nameBytes!);
    this.#nameBytes = undefined;
    const record = this.#piece.kept && !this.#listed && RECORD_MEMBERS.has(this.#name);
    // Behind a prefix the next line has one too, which the fast lane would not pass over.
    if (!record || this.#lane === undefined || this.#noise.isPrefix) return;
    const parts = this.#piece.parts;
    this.#at = this.#piece.from;
    this.#piece.drop();
    this.#report(this.#noise.take());
    this.#sink.list();
    this.#lane.open(this.#start);
    for (const part of parts) this.#lane.push(part);
    this.#state = 'lane';
  }

  /** The value's last byte was read. */
  #complete(): void {
    this.#state = this.#holder === 'none' ? 'between' : 'list';
    if (this.#listed) return;
    this.#keep();
    if (this.#lost !== undefined) {
      this.#tellLost(this.#lost);
      return;
    }
    const bytes = this.#piece.whole();
    this.#piece.drop();
    if (!this.#sink.piece(bytes, this.#start)) this.#notJson(bytes);
    else if (this.#holder === 'none') this.#report(this.#noise.before(this.#start));
  }

  /** Balanced, and yet not JSON. A document may have swallowed whole lines behind it; these are walked again. */
  #notJson(bytes: Uint8Array): void {
    const reason = `expected JSON, found ${describe(bytes)}`;
    if (this.#holder !== 'none') {
      this.#sink.trouble('not-json', this.#start, reason);
    } else {
      this.#noise.broken(this.#start, reason);
      this.#replayFrom(bytes);
    }
  }

  /** The value cannot go on like this. */
  #broken(reason: string): void {
    if (this.#lost !== undefined) this.#tellLost(this.#lost);
    else if (this.#holder !== 'none') this.#sink.trouble('not-json', this.#start, reason);
    else this.#noise.broken(this.#start, reason);
    if (this.#holder === 'none' && this.#replay()) return;
    this.#state = this.#holder === 'none' ? 'noise' : 'recover';
    this.#before = 0;
    this.#piece.drop();
  }

  /** Walks again what the unfinished document swallowed, from the first line that could begin another one. */
  #replay(): boolean {
    this.#keep();
    return this.#replayFrom(this.#piece.whole());
  }

  #replayFrom(swallowed: Uint8Array): boolean {
    const line = documentLine(swallowed);
    const again = swallowed.length - line;
    if (line < 0 || again > this.#budget) return false;
    this.#budget -= again;
    const base = this.#base + this.#at;
    this.#rests.push({ bytes: this.#chunk.subarray(this.#at), base });
    this.#load(swallowed.subarray(line), base - again);
    this.#piece.drop();
    this.#state = 'between';
    return true;
  }

  #keep(): void {
    if (!this.#piece.keep(this.#chunk, this.#at)) this.#lose('record-too-large');
  }

  #lose(kind: 'record-too-large' | 'too-deep'): void {
    this.#lost ??= kind;
    this.#piece.drop();
  }

  // ---- telling

  #tellLost(kind: 'record-too-large' | 'too-deep'): void {
    const limit = kind === 'too-deep' ? `at most ${MAX_DEPTH} levels` : `at most ${MAX_PIECE_BYTES} bytes`;
    this.#sink.trouble(kind, this.#start, `expected ${limit}, found more`);
  }

  #tellCutOff(): void {
    if (this.#lost !== undefined) {
      this.#tellLost(this.#lost);
    } else if (!this.#noise.present || this.#holder !== 'none') {
      const what = this.#holder === 'none' ? 'document' : 'record';
      const reason = `expected the end of the ${what}, found the end of the input`;
      this.#sink.trouble('truncated-json', this.#start, reason);
    }
  }

  #enterNoise(prefix: boolean): void {
    this.#state = 'noise';
    this.#noise.begin(this.#base + this.#at, prefix);
  }

  #walkNoise(byte: number): void {
    if (byte === OPEN_BRACE) {
      this.#noise.pause();
      this.#beginValue();
    } else if (byte === NEWLINE) {
      this.#noise.endLine();
      this.#enter('between');
    } else {
      this.#noise.byte(byte);
      this.#at++;
    }
  }

  /** Text among the elements of a list. */
  #noteStray(byte: number): void {
    this.#noise.begin(this.#base + this.#at, false);
    this.#noise.byte(byte);
  }

  #report(noise: NoiseReport | undefined): void {
    if (noise !== undefined) this.#sink.trouble('not-json', noise.offset, noise.reason);
  }
}

function memberName(bytes: readonly number[]): string {
  const name = decodeUtf8(Uint8Array.from(bytes));
  if (!name.includes('\\')) return name;
  try {
    return String(JSON.parse(`"${name}"`));
  } catch {
    return '';
  }
}

/** Index of the first brace that begins a line, not counting the first byte; negative when there is none. */
function documentLine(bytes: Uint8Array): number {
  let newline = bytes.indexOf(NEWLINE);
  while (newline >= 0 && bytes[newline + 1] !== OPEN_BRACE) newline = bytes.indexOf(NEWLINE, newline + 1);
  return newline < 0 ? -1 : newline + 1;
}
