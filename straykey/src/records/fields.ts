/** Reading members of parsed JSON whose shape nobody promised. Nothing here throws; a wrong shape is an empty answer. */
export type Members = Readonly<Record<string, unknown>>;

/** For a value that is still being put together. */
export type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Own members only: `constructor` and the like, which every object inherits, are not data. */
export function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

/** An object that is not an array, or nothing. */
export function asMembers(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

/** Text of a scalar, as recorded; numbers and booleans as JSON spells them; empty for everything else. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/**
 * A field that AWS writes, from an export that may have turned JSON null into the text `null`. Not for text a caller may
 * choose: a function may be named `null`.
 */
export function column(members: Members, name: string): string {
  const found = text(own(members, name));
  return found === 'null' ? '' : found;
}

/** `true` and `false`, also as text (Panther, `lookup-events`, CloudTrail Lake). */
export function flag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})? ?(?:Z|UTC|([+-])(\d\d):?(\d\d)?)?$/;
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** `Dec 3, 2021, 10:14:16 AM`; before 2020 without the comma after the year; newer Java puts U+202F before AM. */
const US = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)\s([AP])M$/;
/** 9999-12-31T23:59:59Z. */
const LAST_SECOND = 253_402_300_799;

/**
 * Epoch seconds, rounded down, of any form of time seen in records and their exports: ISO with `T` or a blank, with or without
 * a zone (none means UTC), the compact form of eventVersion 1.0, the US text of `credentials.expiration`, epoch numbers in
 * seconds, milliseconds, microseconds or nanoseconds (told apart by size: seconds reach 1e11 in the year 5138).
 * Undefined for anything else, and for times before 1970.
 */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const plain = plainTime(value);
  if (plain !== undefined) return plain;
  const iso = ISO.exec(value) ?? BASIC.exec(value);
  if (iso !== null) return fromIso(iso);
  const us = US.exec(value);
  if (us !== null) return fromUs(us);
  return /^\d{9,19}(\.\d{1,9})?$/.test(value) ? fromEpoch(Number(value)) : undefined;
}

/** `2026-03-04T05:06:07Z`, the form CloudTrail itself writes, without a pattern or a Date: every record read comes through here. */
function plainTime(value: string): number | undefined {
  if (value.length !== 20 || value[4] !== '-' || value[7] !== '-' || value[10] !== 'T') return undefined;
  if (value[13] !== ':' || value[16] !== ':' || value[19] !== 'Z') return undefined;
  const year = digits(value, 0, 4);
  const month = digits(value, 5, 7);
  const day = digits(value, 8, 10);
  const hour = digits(value, 11, 13);
  const minute = digits(value, 14, 16);
  const second = digits(value, 17, 19);
  const numbers = year >= 1970 && month >= 1 && day >= 1 && hour >= 0 && minute >= 0 && second >= 0;
  if (!numbers || month > 12 || day > 28 || hour > 23 || minute > 59 || second > 59) return undefined;
  return daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
}

/** The number that the characters spell; -1 when one is no digit. */
function digits(value: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = value.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Proleptic Gregorian calendar, with years that begin in March so that the leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function fromEpoch(number: number): number | undefined {
  if (!Number.isFinite(number) || number < 0) return undefined;
  let seconds = number;
  while (seconds >= 1e11) seconds /= 1000;
  return Math.floor(seconds);
}

function fromIso(match: RegExpExecArray): number | undefined {
  const [, year, month, day, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const local = seconds(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  if (local === undefined || sign === undefined) return local;
  const shift = Number(zoneHours) * 3600 + Number(zoneMinutes ?? 0) * 60;
  const utc = sign === '+' ? local - shift : local + shift;
  return utc >= 0 && utc <= LAST_SECOND ? utc : undefined;
}

function fromUs(match: RegExpExecArray): number | undefined {
  const [, month, day, year, hour, minute, second, half] = match;
  const monthNumber = MONTHS.indexOf(month!.toLowerCase()) + 1;
  const hours = (Number(hour) % 12) + (half === 'P' ? 12 : 0);
  return seconds(Number(year), monthNumber, Number(day), hours, Number(minute), Number(second));
}

/** A date that does not exist (30 February, hour 24) is not a time. A leap second counts as the second after it. */
function seconds(y: number, mo: number, d: number, h: number, mi: number, s: number): number | undefined {
  if (mo < 1 || mo > 12 || h > 23 || mi > 59 || s > 60) return undefined;
  const day = new Date(Date.UTC(y, mo - 1, d));
  if (day.getUTCDate() !== d || day.getUTCFullYear() !== y) return undefined;
  const result = day.getTime() / 1000 + h * 3600 + mi * 60 + s;
  return result >= 0 ? result : undefined;
}
