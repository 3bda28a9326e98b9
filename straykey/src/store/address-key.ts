import { isIPv4, isIPv6 } from 'node:net';

/**
 * An address as text that sorts as addresses do, so that a network is a range: `4` and 8 hexadecimal digits, or `6` and 32. Empty for what is
 * no address, and for IPv4 mapped into IPv6, which `where/` takes for neither an IPv6 address nor a member of an IPv6 network.
 */
export function addressKey(address: string): string {
  if (isIPv4(address)) return `4${address.split('.').map(byte).join('')}`;
  if (!isIPv6(address) || address.includes('%')) return '';
  const [head = '', tail] = withoutDots(address).split('::').map(groupsOf);
  const missing = 32 - head.length - (tail?.length ?? 0);
  const digits = `${head}${'0'.repeat(missing)}${tail ?? ''}`;
  return digits.startsWith(MAPPED) ? '' : `6${digits}`;
}

const MAPPED = `${'0'.repeat(20)}ffff`;

function byte(decimal: string): string {
  return Number(decimal).toString(16).padStart(2, '0');
}

/** `::1.2.3.4` is `::102:304`. */
function withoutDots(address: string): string {
  return address.replace(/[\d.]+$/, (tail) => {
    if (!tail.includes('.')) return tail;
    const [a = '', b = '', c = '', d = ''] = tail.split('.').map(byte);
    return `${a}${b}:${c}${d}`;
  });
}

function groupsOf(part: string): string {
  return part === ''
    ? ''
    : part
        .toLowerCase()
        .split(':')
        .map((group) => group.padStart(4, '0'))
        .join('');
}
