import type { Random } from './random.ts';

/**
 * EC2 ranges listed by AWS since 2020 and announced by AS16509 or AS14618, by region: AWS by either way of telling, at any
 * event time in the corpus. `npm run bench` does not depend on a fetched list.
 */
const EC2: Readonly<Record<string, readonly string[]>> = {
  'us-east-1': ['3.80.0.0/12', '3.224.0.0/12', '34.192.0.0/12', '44.192.0.0/11', '52.20.0.0/14', '54.144.0.0/14'],
  'eu-west-1': ['3.248.0.0/13', '34.240.0.0/13', '52.16.0.0/15', '54.216.0.0/15'],
  'us-west-2': ['34.208.0.0/12', '35.160.0.0/13', '44.224.0.0/11', '52.88.0.0/15'],
};

/** EC2 over IPv6: the first 32 bits, by region. */
const EC2_V6: Readonly<Record<string, string>> = {
  'us-east-1': '2600:1f18',
  'eu-west-1': '2a05:d018',
  'us-west-2': '2600:1f14',
};

/** Public networks of universities, as offices and homes: SWITCH (ETH Zurich), SURF, Jisc, DFN. */
const OFFICES = ['129.132.0.0/16', '145.100.0.0/16', '193.60.0.0/14', '141.50.0.0/15'];
/** Microsoft, as hosted CI runners. */
const RUNNERS = ['20.160.0.0/12', '40.112.0.0/13'];
/** Hetzner, Scaleway, DigitalOcean, Akamai (Linode), and the Tor exits of Stiftung Erneuerbare Freiheit. */
const HOSTERS = ['95.216.0.0/15', '51.15.0.0/16', '104.248.0.0/16', '172.105.0.0/16', '185.220.101.0/24'];
/** RIPE NCC and Hetzner. */
const HOSTERS_V6 = ['2001:67c:2e8', '2a01:4f8'];

export const awsAddress = (r: Random, region: string): string => within(r, r.pick(EC2[region] ?? EC2['us-east-1']!));

/** In the form AWS writes it: lower case, no leading zeros. */
export function awsAddressV6(r: Random, region: string): string {
  const head = EC2_V6[region] ?? EC2_V6['us-east-1']!;
  // The third group stays below 0x1000: the part of each range that is EC2's in every version of AWS's list.
  return `${head}:${(r.int(0xfff) + 1).toString(16)}:${group(r)}:${group(r)}:${group(r)}:${group(r)}:${group(r)}`;
}

export const officeAddress = (r: Random): string => within(r, r.pick(OFFICES));
export const runnerAddress = (r: Random): string => within(r, r.pick(RUNNERS));
export const hosterAddress = (r: Random): string => within(r, r.pick(HOSTERS));
export const hosterAddressV6 = (r: Random): string => `${r.pick(HOSTERS_V6)}:${group(r)}::${group(r)}`;
export const privateAddress = (r: Random): string => within(r, '10.0.0.0/9');
export const sharedAddress = (r: Random): string => within(r, '100.64.0.0/10');

/** What anonymisers and odd tools leave behind: no addresses, so neither inside nor outside. */
export const NOT_ADDRESSES = ['253.252.51.07', '075.050.255.67', '255.18.064.253', '30.*.0.210', 'redacted', 'x.y.z.a'];

const group = (r: Random): string =>
  (r.int(0xffff) + 1)
    .toString(16)
    .slice(-4)
    .replace(/^0+(?=.)/, '');

function within(r: Random, cidr: string): string {
  const [base, bits] = cidr.split('/') as [string, string];
  const size = 2 ** (32 - Number(bits));
  const first = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  // Never the first or last address of a network: nobody calls from those.
  const n = first + 1 + r.int(size - 2);
  return `${Math.floor(n / 0x100_0000)}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
}
