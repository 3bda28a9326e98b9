/** How stored bytes are packed, told from their first bytes. */
export type Form =
  | { readonly kind: 'gzip' }
  | { readonly kind: 'plain' }
  /** Packed in a way that is not read; `name` is for people. */
  | { readonly kind: 'unsupported'; readonly name: string };

const TAR_MARK_AT = 257;

/** Bytes needed to tell every form. */
export const FORM_BYTES = TAR_MARK_AT + 'ustar'.length;

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

/** Marks at the very start, with which no JSON text can begin; from each format's own description. */
const marks: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'zip archive', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'zip archive', bytes: [0x50, 0x4b, 0x05, 0x06] },
  { name: 'bzip2', bytes: ascii('BZh') },
  { name: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: '7z archive', bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { name: 'lz4', bytes: [0x04, 0x22, 0x4d, 0x18] },
  { name: 'framed Snappy', bytes: [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59] },
  { name: 'Parquet table', bytes: ascii('PAR1') },
  { name: 'ORC table', bytes: ascii('ORC') },
  { name: 'Avro file', bytes: [...ascii('Obj'), 0x01] },
];

/**
 * Recognises by magic, never by file name: CloudTrail objects lose and gain `.gz` on their way. Anything without a
 * known mark is plain: the reader names what it then is.
 */
export function formOf(head: Uint8Array): Form {
  if (head[0] === 0x1f && head[1] === 0x8b) return { kind: 'gzip' };
  const mark = marks.find(({ bytes }) => hasAt(head, 0, bytes));
  if (mark !== undefined) return { kind: 'unsupported', name: mark.name };
  return isTar(head) ? { kind: 'unsupported', name: 'tar archive' } : { kind: 'plain' };
}

/**
 * `ustar` at 257 alone would let a caller hide a file by a user agent that falls there, so the zero bytes that every
 * tar header has before it are asked for too: JSON text never holds a raw zero byte.
 */
function isTar(head: Uint8Array): boolean {
  return hasAt(head, TAR_MARK_AT, ascii('ustar')) && head.subarray(0, TAR_MARK_AT).includes(0);
}

function hasAt(head: Uint8Array, at: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[at + index] === byte);
}
