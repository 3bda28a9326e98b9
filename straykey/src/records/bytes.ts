const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Bytes that are not UTF-8 become U+FFFD: they may stand in a user agent, and a record is not lost for that. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function encodeUtf8(content: string): Uint8Array {
  return encoder.encode(content);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Standard base64, white space allowed. Undefined when it is not base64. */
export function decodeBase64(content: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const MAGICS: readonly (readonly [prefix: string, name: string])[] = [
  ['PAR1', 'a Parquet file'],
  ['PK\u0003\u0004', 'a ZIP archive'],
  ['Obj\u0001', 'an Avro file'],
  ['ORC', 'an ORC file'],
  ['\u0028\u00b5\u002f\u00fd', 'Zstandard data'],
  ['BZh', 'bzip2 data'],
  ['\u00fd7zXZ', 'xz data'],
  ['\u001f\u008b', 'gzip data'],
  ['%PDF', 'a PDF'],
  ['<', 'markup'],
];

/** For reasons: what the bytes look like, with the first of them. */
export function describe(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 8));
  const known = MAGICS.find(([prefix]) => head.startsWith(prefix));
  if (known !== undefined) return known[1];
  if (bytes.includes(0)) return 'binary data';
  const [line] = decodeUtf8(bytes.subarray(0, 40)).split('\n');
  return JSON.stringify(line);
}
