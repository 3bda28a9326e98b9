import type { Random } from './random.ts';

/**
 * One EC2 range for each region: published by AWS for years and announced by Amazon's own networks, so that an offline machine and one
 * with AWS's list agree that a call from there comes from inside AWS.
 */
const EC2_RANGES: Readonly<Record<string, string>> = {
  'ap-northeast-1': '13.112.0.0/14',
  'ap-south-1': '13.232.0.0/14',
  'ap-southeast-1': '13.250.0.0/15',
  'ap-southeast-2': '13.236.0.0/14',
  'ca-central-1': '35.182.0.0/15',
  'eu-central-1': '3.64.0.0/12',
  'eu-north-1': '13.48.0.0/15',
  'eu-west-1': '34.240.0.0/13',
  'eu-west-2': '18.132.0.0/14',
  'eu-west-3': '13.36.0.0/14',
  'sa-east-1': '15.228.0.0/15',
  'us-east-1': '3.224.0.0/12',
  'us-east-2': '3.136.0.0/13',
  'us-west-1': '52.52.0.0/15',
  'us-west-2': '34.208.0.0/12',
};

/** Regions for which a drill knows addresses of AWS. */
export const drillRegions: readonly string[] = Object.keys(EC2_RANGES);

/** A public address of AWS in a region. An unknown region gets one of us-east-1: functions do call across regions. */
export function awsAddress(random: Random, region: string): string {
  return addressIn(random, EC2_RANGES[region] ?? EC2_RANGES['us-east-1']!);
}

/** AWS over IPv6, eu-west-1. */
export function awsAddressV6(random: Random): string {
  return `2a05:d018:${(random.int(0xfff) + 1).toString(16)}:${(random.int(0xfffe) + 1).toString(16)}::${(random.int(0xfffe) + 1).toString(16)}`;
}

/** Any address of an IPv4 network but its first and last, from which nobody calls. */
export function addressIn(random: Random, cidr: string): string {
  const [base, bits] = cidr.split('/') as [string, string];
  const first = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const at = first + 1 + random.int(2 ** (32 - Number(bits)) - 2);
  return [at / 0x100_0000, (at >>> 16) & 255, (at >>> 8) & 255, at & 255].map(Math.floor).join('.');
}

/** Public addresses outside AWS, and whose they are. Nobody there takes part in anything: a drill only writes them down. */
export const outsideAddresses = {
  /** Tor exit of Stiftung Erneuerbare Freiheit. */
  torExit: '185.220.101.1',
  /** Tor exit of the same foundation. */
  otherTorExit: '185.220.101.34',
  /** Hetzner, a hosting company. */
  hoster: '95.216.24.8',
  /** RIPE NCC, the European address registry. */
  registry: '193.0.6.139',
  /** RIPE NCC over IPv6. */
  registryV6: '2001:67c:2e8:22::c100:68b',
  /** ETH Zurich, standing for an office. */
  office: '129.132.98.12',
  /** Microsoft, standing for a hosted build runner. */
  runner: '20.161.60.18',
} as const;
