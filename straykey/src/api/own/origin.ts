import { canonicalIp } from '../../where/index.ts';
import type { Incoming } from '../signing/index.ts';

/**
 * Whether the name in `Host` is one that no stranger's DNS can point at us: an address, `localhost`, or a name of our own. A page of a
 * stranger whose name was rebound to this machine carries the stranger's name here.
 */
export function isOurName(host: string | undefined, names: readonly string[]): boolean {
  const name = hostName(host ?? '');
  return name === 'localhost' || name.endsWith('.localhost') || canonicalIp(name) !== undefined || names.includes(name);
}

/** `[::1]:8787` to `::1`, `Localhost:8787` to `localhost`. */
function hostName(host: string): string {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, '');
  return bare.toLowerCase();
}

/**
 * Whether a write comes from our own pages, or from no page at all. Browsers say so in `sec-fetch-site` on safe connections, which no script can set;
 * elsewhere `Origin` must name the host that was asked. Programs send neither.
 */
export function isOwnOrigin(headers: Incoming['headers']): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = headers.get('origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === (headers.get('host') ?? '').toLowerCase();
}

/** Whether the browser speaks https, to us or to the proxy before us. */
export function isSecure(headers: Incoming['headers']): boolean {
  const proto = headers.get('x-forwarded-proto')?.split(',').at(-1)?.trim();
  return proto === 'https' || (headers.get('origin') ?? '').startsWith('https://');
}
