/** An address as its bits, and back: enough of IPv4 and IPv6 to widen a caller to a network. Undefined for what is not an address. */
export function networkOf(address: string, length: number): string | undefined {
  const words = address.includes(':') ? ipv6(address) : ipv4(address);
  if (words === undefined) return undefined;
  const size = words.length === 4 ? 8 : 16;
  const masked = words.map((word, i) => {
    const kept = Math.min(size, Math.max(0, length - i * size));
    return word & (((1 << kept) - 1) << (size - kept));
  });
  const whole = size * words.length;
  const text = size === 8 ? masked.join('.') : compressed(masked);
  return length >= whole ? text : `${text}/${length}`;
}

export function bitsOf(address: string): 32 | 128 {
  return address.includes(':') ? 128 : 32;
}

/** How many addresses a network has, in words: beyond a million only the power of two says anything. */
export function sizeOf(address: string, length: number): string {
  const free = bitsOf(address) - length;
  if (free === 0) return 'this address alone';
  return free <= 20 ? `${(2 ** free).toLocaleString('en')} addresses` : `2^${free} addresses`;
}

function ipv4(address: string): number[] | undefined {
  const parts = address.split('.').map(Number);
  const right = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return right ? parts : undefined;
}

function ipv6(address: string): number[] | undefined {
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) =>
    half === '' ? [] : half.split(':').map((part) => Number.parseInt(part, 16)),
  );
  const gap = halves.length === 2 ? Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => 0) : [];
  const words = [...head, ...gap, ...tail];
  const right = words.length === 8 && words.every((word) => Number.isInteger(word) && word >= 0 && word <= 0xffff);
  return right ? words : undefined;
}

/** RFC 5952: the longest run of two or more zeros becomes `::`. */
function compressed(words: readonly number[]): string {
  let best = { at: -1, length: 1 };
  for (let at = 0; at < words.length; at++) {
    let length = 0;
    while (words[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  if (best.at === -1) return hex(words);
  return `${hex(words.slice(0, best.at))}::${hex(words.slice(best.at + best.length))}`;
}
