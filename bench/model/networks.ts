import { randomOf } from './random.ts';
import type { WorldSettings } from './settings.ts';

/**
 * Where calls come from. Sites have documentation addresses, everybody else the benchmarking range 198.18.0.0/15: the
 * model never asks whose an address is, so no real network need be named.
 */
export interface Network {
  /** Addresses in use on a day. */
  on(day: number): readonly string[];
}

export interface Networks {
  /** Eight NAT addresses, each call through another, one replaced every `replaceEvery` days. */
  readonly siteA: Network;
  readonly siteB: Network;
  /** An Outposts rack with three addresses. */
  readonly siteC: Network;
  /** The disaster-recovery site. */
  readonly drill: Network;
  /** Other tenants in site A's /24 whose /28 holds no address of site A. */
  readonly neighbours: readonly string[];
  /** Other tenants in a /28 that site A uses too. */
  readonly closeNeighbours: readonly string[];
  /** An address in a /24 nobody used before. */
  fresh(): string;
}

const SITE_A = '203.0.113';
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

/**
 * Site A holds two aligned /29 of its provider's /24 (a first allocation and a later one), so that half of each /28 it
 * uses belongs to somebody else: the least favourable honest layout for a pool of /28 blocks.
 */
export function networksOf(seed: number, settings: WorldSettings): Networks {
  const random = randomOf(seed, 'networks');
  const [first, second] = random
    .shuffle(range(0, 32))
    .filter((block, i, all) => i === 0 || block >> 1 !== all[0]! >> 1);
  const owned = [...range(first! * 8, 8), ...range(second! * 8, 8)];
  const order = random.shuffle(owned).map((host) => `${SITE_A}.${host}`);
  const blocks = new Set(owned.map((host) => host >> 4));
  const others = range(1, 254).filter((host) => !owned.includes(host));
  const fixed = (...addresses: readonly string[]): Network => ({ on: () => addresses });
  const fresh = freshAddresses(seed);
  return {
    siteA: {
      on: (day) => range(Math.floor(day / settings.replaceEvery), 8).map((i) => order[i % order.length]!),
    },
    siteB: fixed('198.51.100.7'),
    siteC: fixed('192.0.2.9', '192.0.2.10', '192.0.2.11'),
    drill: fixed('198.18.0.10', '198.18.0.11'),
    neighbours: others.filter((host) => !blocks.has(host >> 4)).map((host) => `${SITE_A}.${host}`),
    closeNeighbours: others.filter((host) => blocks.has(host >> 4)).map((host) => `${SITE_A}.${host}`),
    fresh,
  };
}

/** One address each from 511 networks of 198.18.0.0/15; the first is the disaster-recovery site's. */
function freshAddresses(seed: number): () => string {
  const random = randomOf(seed, 'fresh');
  const left = random.shuffle(range(1, 511));
  return () => {
    const network = left.pop();
    if (network === undefined) throw new RangeError('more than 511 fresh networks in one world');
    return `198.${18 + (network >> 8)}.${network & 255}.${random.int(1, 254)}`;
  };
}
