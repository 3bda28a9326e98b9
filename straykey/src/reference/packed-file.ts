import { readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Ranges } from '../where/index.ts';
import { decodeRanges, encodeRanges } from './range-codec.ts';

/** What a packed file says of itself. */
export interface PackedHeader {
  readonly format: string;
  /** When the data was made, ISO 8601. */
  readonly made: string;
  /** Where it comes from and under which licence, for notices. */
  readonly sources: readonly string[];
}

/** A header, tables of ranges and lists of text, in the order they were written. */
export interface Packed<Header extends PackedHeader> {
  readonly header: Header;
  readonly tables: readonly Ranges[];
  readonly lists: readonly (readonly string[])[];
}

/**
 * One JSON line `{header, tables, lists: [bytes…]}`, the encoded tables, the lists as lines of text; all of it Brotli. The same
 * input gives the same bytes.
 */
export function packFile<Header extends PackedHeader>(packed: Packed<Header>): Uint8Array {
  const lists = packed.lists.map((list) => Buffer.from(list.map((line) => line.replaceAll('\n', ' ')).join('\n')));
  const opening = { header: packed.header, tables: packed.tables.length, lists: lists.map((list) => list.length) };
  const raw = Buffer.concat([
    Buffer.from(`${JSON.stringify(opening)}\n`),
    ...packed.tables.map((table) => encodeRanges(table)),
    ...lists,
  ]);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
  };
  return brotliCompressSync(raw, { params });
}

/** Reads a packed file. Throws when it is missing, damaged or of another format: it belongs to the installation. */
export function readPackedFile<Header extends PackedHeader>(file: URL, format: Header['format']): Packed<Header> {
  return unpack(file, readFileSync(file), format);
}

/** One JSON line with the parts' lengths, then the parts, each as {@link packFile} makes it. */
export function packParts(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(parts.map(({ length }) => length))}\n`), ...parts]);
}

/**
 * Reads a file of parts. The answer gives one by its position, unpacked when first asked for. Throws as {@link readPackedFile} does, at
 * once or when asked.
 */
export function readPartsFile<Header extends PackedHeader>(
  file: URL,
  format: Header['format'],
): (position: number) => Packed<Header> {
  const bytes = readFileSync(file);
  const opening = bytes.indexOf(10) + 1;
  const lengths: readonly number[] = JSON.parse(bytes.toString('utf8', 0, opening));
  const offsets = [opening];
  for (const length of lengths) offsets.push(offsets.at(-1)! + length);
  const unpacked = new Map<number, Packed<Header>>();
  return (position) => {
    const part =
      unpacked.get(position) ?? unpack(file, bytes.subarray(offsets[position], offsets[position + 1]), format);
    unpacked.set(position, part);
    return part;
  };
}

function unpack<Header extends PackedHeader>(file: URL, bytes: Uint8Array, format: string): Packed<Header> {
  const raw = brotliDecompressSync(bytes);
  const opening = JSON.parse(raw.toString('utf8', 0, raw.indexOf(10)));
  if (opening.header?.format !== format) throw new Error(`${file.pathname}: expected address data of format ${format}`);
  let offset = raw.indexOf(10) + 1;
  const tables: Ranges[] = [];
  for (let i = 0; i < opening.tables; i++) {
    const { ranges, end } = decodeRanges(raw, offset);
    tables.push(ranges);
    offset = end;
  }
  const lists: string[][] = [];
  for (const bytes of opening.lists) {
    lists.push(raw.toString('utf8', offset, offset + bytes).split('\n'));
    offset += bytes;
  }
  return { header: opening.header, tables, lists };
}
