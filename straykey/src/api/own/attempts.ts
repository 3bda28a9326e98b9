import { formatCidr, hostOf, parseIp } from '../../where/index.ts';

/** Guesses in a row from one address: a person who mistypes does not notice. Then one every half minute. */
const BURST = 10;
const REFILL_MS = 30_000;
/** Over all addresses: a hundred in a row, then one a second. Many machines together guess no faster; a real 256-bit token is out of reach either way. */
const BURST_OVERALL = 100;
const REFILL_OVERALL_MS = 1_000;
/** Addresses remembered; the ones longest ago are forgotten first. Some 2 MB at most. */
const MOST_ADDRESSES = 10_000;

/** Failed sign-ins, by address and together. */
export interface Attempts {
  /** Takes one try; answers the seconds to wait when there is none left. */
  take(address: string | undefined): number;
  /** A try that was right does not count. */
  giveBack(address: string | undefined): void;
}

interface Bucket {
  left: number;
  at: number;
}

/** `now`: epoch milliseconds. */
export function createAttempts(now: () => number): Attempts {
  const byAddress = new Map<string, Bucket>();
  const overall: Bucket = { left: BURST_OVERALL, at: now() };

  function bucketOf(address: string | undefined): Bucket {
    const key = keyOf(address);
    const bucket = byAddress.get(key) ?? { left: BURST, at: now() };
    // To the end of the map: the first ones are the oldest.
    byAddress.delete(key);
    byAddress.set(key, bucket);
    if (byAddress.size > MOST_ADDRESSES) byAddress.delete(byAddress.keys().next().value!);
    return bucket;
  }

  return {
    take(address) {
      const own = bucketOf(address);
      fill(own, BURST, REFILL_MS, now());
      fill(overall, BURST_OVERALL, REFILL_OVERALL_MS, now());
      if (own.left < 1) return Math.ceil(((1 - own.left) * REFILL_MS) / 1000);
      if (overall.left < 1) return Math.ceil(((1 - overall.left) * REFILL_OVERALL_MS) / 1000);
      own.left--;
      overall.left--;
      return 0;
    },
    giveBack(address) {
      const own = bucketOf(address);
      own.left = Math.min(BURST, own.left + 1);
      overall.left = Math.min(BURST_OVERALL, overall.left + 1);
    },
  };
}

function fill(bucket: Bucket, burst: number, refillMs: number, at: number): void {
  bucket.left = Math.min(burst, bucket.left + Math.max(0, at - bucket.at) / refillMs);
  bucket.at = at;
}

/** One host: an IPv4 address or an IPv6 /64. */
function keyOf(address: string | undefined): string {
  const ip = parseIp(address ?? '');
  return ip === undefined ? '' : formatCidr(hostOf(ip));
}
