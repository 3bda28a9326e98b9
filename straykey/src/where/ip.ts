/**
 * An address as unsigned 32-bit words, most significant first: one word for IPv4, four for IPv6. IPv4 mapped into IPv6
 * (`::ffff:a.b.c.d`, in either spelling) is IPv4: the caller was an IPv4 host.
 */
export interface Ip {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

/** A prefix; host bits of `base` are zero. */
export interface Cidr {
  readonly base: Ip;
  /** 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly length: number;
}

/**
 * Reads an address, strictly. Leading zeros in IPv4 (`075.050.255.67`: octal to some, decimal to others), ports, brackets,
 * zone ids, spaces and wildcards make it no address. Capital IPv6 digits are fine.
 */
export function parseIp(text: string): Ip | undefined {
  if (text.length > MAX_ADDRESS_LENGTH) return undefined;
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Longest spelling: eight groups with an IPv4 tail, `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`. */
const MAX_ADDRESS_LENGTH = 45;

function parseIpv4(text: string): Ip | undefined {
  const value = ipv4Value(text);
  return value === undefined ? undefined : { family: 4, words: [value] };
}

/** Character by character: this runs for every distinct caller of a trail. */
function ipv4Value(text: string): number | undefined {
  let value = 0;
  let part = -1;
  let parts = 0;
  for (let i = 0; i <= text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return undefined;
      part = part === -1 ? digit : part * 10 + digit;
      if (part > 255) return undefined;
    } else {
      if (part === -1 || (i < text.length && digit !== DOT)) return undefined;
      value = value * 256 + part;
      part = -1;
      parts++;
    }
  }
  return parts === 4 ? value : undefined;
}

const DOT = 46 - 48;

function parseIpv6(text: string): Ip | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const tailIsLast = halves.length === 1;
  const head = groupsOf(halves[0]!, tailIsLast);
  const tail = tailIsLast ? [] : groupsOf(halves[1]!, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (tailIsLast ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const words = [0, 2, 4, 6].map((i) => groups[i]! * 0x10000 + groups[i + 1]!);
  return unmapped(words);
}

/** 16-bit groups of one side of `::`; an IPv4 tail counts as two. */
function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (mayEndInIpv4 && i === parts.length - 1 && part.includes('.')) {
      const value = ipv4Value(part);
      if (value === undefined) return undefined;
      groups.push(value >>> 16, value & 0xffff);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function unmapped(words: readonly number[]): Ip {
  const mapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return mapped ? { family: 4, words: [words[3]!] } : { family: 6, words };
}

/** Canonical text: dotted decimal, or RFC 5952 (lower case, longest run of zero groups shortened). */
export function formatIp(ip: Ip): string {
  if (ip.family === 4) {
    const value = ip.words[0]!;
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  }
  const groups = ip.words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const zeros = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (zeros.length < 2) return hex(groups);
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.length))}`;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The one spelling of an address, or undefined when the text is not an address. */
export function canonicalIp(text: string): string | undefined {
  const ip = parseIp(text);
  return ip === undefined ? undefined : formatIp(ip);
}

/**
 * Reads `address/length`; a bare address is a prefix of one. Host bits are cleared (`10.1.2.3/16` means `10.1.0.0/16`), and
 * a prefix of mapped addresses (`::ffff:10.0.0.0/104`) is the IPv4 prefix.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const base = parseIp(address);
  if (base === undefined) return undefined;
  if (slash === -1) return { base, length: bitsOf(base) };
  const digits = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(digits)) return undefined;
  const mapped = base.family === 4 && address.includes(':');
  const length = Number(digits) - (mapped ? 96 : 0);
  if (length < 0 || length > bitsOf(base)) return undefined;
  return prefixOf(base, length);
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp(cidr.base)}/${cidr.length}`;
}

/** The prefix of that length that holds the address: `/24`, `/48`, `/64` and so on. */
export function prefixOf(ip: Ip, length: number): Cidr {
  const words = ip.words.map((word, i) => maskWord(word, length - 32 * i));
  return { base: { family: ip.family, words }, length };
}

/** What counts as one remote host: an IPv4 address, or an IPv6 `/64` (one link, whose hosts change their addresses at will). */
export function hostOf(ip: Ip): Cidr {
  return prefixOf(ip, ip.family === 4 ? 32 : 64);
}

/** What counts as one remote network: `/24`, or for IPv6 `/48` (one customer's site). */
export function networkOf(ip: Ip): Cidr {
  return prefixOf(ip, ip.family === 4 ? 24 : 48);
}

export function cidrContains(cidr: Cidr, ip: Ip): boolean {
  return (
    cidr.base.family === ip.family &&
    cidr.base.words.every((word, i) => word === maskWord(ip.words[i]!, cidr.length - 32 * i))
  );
}

/** Last address of a prefix. */
export function lastOf(cidr: Cidr): Ip {
  const words = cidr.base.words.map((word, i) => (word | ~maskWord(0xffffffff, cidr.length - 32 * i)) >>> 0);
  return { family: cidr.base.family, words };
}

/** Less than, equal to or greater than zero. Both of one family. */
export function compareIp(a: Ip, b: Ip): number {
  for (let i = 0; i < a.words.length; i++) {
    const difference = a.words[i]! - b.words[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The address after this one; undefined after the last. */
export function nextIp(ip: Ip): Ip | undefined {
  const words = [...ip.words];
  for (let i = words.length - 1; i >= 0; i--) {
    if (words[i] !== 0xffffffff) {
      words[i] = words[i]! + 1;
      return { family: ip.family, words };
    }
    words[i] = 0;
  }
  return undefined;
}

export function bitsOf(ip: Ip): 32 | 128 {
  return ip.family === 4 ? 32 : 128;
}

function maskWord(word: number, bits: number): number {
  if (bits <= 0) return 0;
  if (bits >= 32) return word;
  return (word & (0xffffffff << (32 - bits))) >>> 0;
}
