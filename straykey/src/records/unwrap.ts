import { decodeBase64, decodeUtf8, encodeUtf8, isGzip } from './bytes.ts';
import { ENVELOPES, type Inner } from './envelopes.ts';
import { asMembers, type Members, text } from './fields.ts';
import { looksLikeRecord, nameOf } from './parse.ts';
import { createSplitter } from './split.ts';

/** Text or base64 inside text inside text: SQS around SNS around EventBridge is 3; nothing honest is 8. */
const MAX_NESTING = 8;

export interface UnwrapSink {
  /** A value with the fields of a record. */
  record(value: unknown): void;
  trouble(kind: string, reason: string): void;
}

export interface UnwrapTools {
  /** Bounded gunzip; undefined when the bytes are damaged or grow beyond the bound. */
  inflate(bytes: Uint8Array): Uint8Array | undefined;
}

/**
 * Finds the records in a parsed JSON value, through any known envelopes around them. Every part that is not a record is told: nothing is
 * dropped in silence. Never throws.
 */
export function unwrap(value: unknown, tools: UnwrapTools, sink: UnwrapSink, depth = 0): void {
  if (Array.isArray(value)) {
    const row = lakeRow(value);
    if (row !== undefined) openRow(row, sink);
    else for (const element of value) unwrap(element, tools, sink, depth);
    return;
  }
  const members = asMembers(value);
  if (members === undefined) {
    if (typeof value === 'string') openText(encodeUtf8(value), tools, sink, depth + 1);
    else sink.trouble('not-a-record', `expected a record or an envelope, found ${nameOf(value)}`);
    return;
  }
  if (looksLikeRecord(members)) {
    sink.record(members);
    return;
  }
  for (const envelope of ENVELOPES) {
    const found = envelope(members);
    if (found === undefined) continue;
    for (const inner of found) open(inner, tools, sink, depth);
    return;
  }
  sink.trouble('not-a-record', `expected a record or an envelope, found ${membersNamed(members)}`);
}

function open(inner: Inner, tools: UnwrapTools, sink: UnwrapSink, depth: number): void {
  if ('unusable' in inner) sink.trouble(inner.unusable, inner.reason);
  else if ('value' in inner) unwrap(inner.value, tools, sink, depth);
  else if ('text' in inner) openText(encodeUtf8(inner.text), tools, sink, depth + 1);
  else openBase64(inner.base64, tools, sink, depth + 1);
}

/** JSON documents, one or several, with or without anything between them (Firehose writes them back to back). */
function openText(bytes: Uint8Array, tools: UnwrapTools, sink: UnwrapSink, depth: number): void {
  if (depth > MAX_NESTING) {
    sink.trouble('too-deep', `expected at most ${MAX_NESTING} envelopes inside each other, found more`);
    return;
  }
  let pieces = 0;
  const splitter = createSplitter({
    piece(found) {
      pieces++;
      const parsed = parseJson(found);
      if (parsed === undefined) return false;
      unwrap(parsed.value, tools, sink, depth);
      return true;
    },
    list() {},
    trouble(kind, _offset, reason) {
      pieces++;
      sink.trouble(kind, reason);
    },
  });
  splitter.push(bytes);
  splitter.end();
  if (pieces === 0) sink.trouble('empty-input', 'expected records inside an envelope, found nothing');
}

function openBase64(encoded: string, tools: UnwrapTools, sink: UnwrapSink, depth: number): void {
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) {
    sink.trouble('not-base64', `expected base64, found ${JSON.stringify(encoded.slice(0, 40))}`);
    return;
  }
  const plain = isGzip(bytes) ? tools.inflate(bytes) : bytes;
  if (plain === undefined)
    sink.trouble('corrupt-nested-gzip', 'expected gzip within the limit, found damaged or too much data');
  else openText(plain, tools, sink, depth);
}

/** The JSON value of a piece; undefined when it is not JSON. */
export function parseJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(decodeUtf8(bytes)) };
  } catch {
    return undefined;
  }
}

/** A row of CloudTrail Lake: a list of one-column maps. */
function lakeRow(elements: readonly unknown[]): Members | undefined {
  if (elements.length < 2) return undefined;
  const row: Record<string, unknown> = Object.create(null);
  for (const element of elements) {
    const column = asMembers(element);
    const names = column === undefined ? [] : Object.keys(column);
    if (names.length !== 1 || typeof column![names[0]!] === 'object') return undefined;
    row[names[0]!] = text(column![names[0]!]);
  }
  return row;
}

function openRow(row: Members, sink: UnwrapSink): void {
  if (looksLikeRecord(row)) sink.record(row);
  else
    sink.trouble('not-a-record', `expected a row with eventTime, eventSource, eventName, found ${membersNamed(row)}`);
}

function membersNamed(members: Members): string {
  const names = Object.keys(members);
  if (names.length === 0) return 'an empty object';
  const first = names.slice(0, 6).map((name) => JSON.stringify(name.slice(0, 40)));
  return `an object with ${first.join(', ')}${names.length > 6 ? ', …' : ''}`;
}
