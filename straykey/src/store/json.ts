import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** JSON text: no NUL, no half surrogate pairs, so it needs no escape of ours. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`cannot store ${String(value)} as JSON`);
  return text;
}

/** Quickly: of a finding of 15 KB, level 6 would leave 4.9 KB instead of 5.3 and take 0.35 ms instead of 0.13. */
export function deflated(text: string): Uint8Array {
  return deflateRawSync(text, { level: 1 });
}

export function inflated(bytes: Uint8Array): string {
  return inflateRawSync(bytes).toString('utf8');
}
