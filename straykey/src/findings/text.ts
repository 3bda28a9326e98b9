import { printable } from '../kit/index.ts';

/** Order by UTF-16 code unit: the same on every machine and in every locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Epoch seconds as `2026-07-01T10:00:00.000Z`, GuardDuty's form. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Epoch seconds as UTC date `2026-07-01`. */
export function isoDay(seconds: number): string {
  return isoTime(seconds).slice(0, 10);
}

/** Epoch seconds for people: `2026-07-01 10:00:00`, UTC. */
export function plainTime(seconds: number): string {
  return isoTime(seconds).slice(0, 19).replace('T', ' ');
}

/** A name from the trail inside a sentence: visible, harmless, bounded. */
export function name(text: string): string {
  return printable(text, 160);
}

/** `1 call`, `3 calls`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and 4 more`. */
export function several(items: readonly string[], most = 3): string {
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/**
 * JSON text that is also safe to print: what `printable` marks is written as a `\uXXXX` escape, which every JSON reader turns back into
 * the same character. `JSON.stringify` itself escapes C0 controls and lone surrogates, but not DEL, C1 or bidirectional overrides.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What to look a call up by in CloudTrail: its own eventID; records without one have only the id they are counted by. */
export function recordId(call: { readonly id: string; readonly eventId?: string }): string {
  return call.eventId ?? call.id;
}
