/**
 * Inside use, one entry per session and UTC day: the signal a thief can neither forge nor suppress. Each fact keeps up to two access
 * keys that showed it (the two smallest, so that order does not matter), because a fact counts only if a key shows it that nobody
 * else was issued.
 */
export interface InsideDay {
  /** Keys seen from an AWS-owned public address. */
  readonly pub: readonly string[];
  /** `eventSource@region` to keys seen through a VPC endpoint or a private address. */
  readonly endpoint: ReadonlyMap<string, readonly string[]>;
}

const KEYS_KEPT = 2;

export class InsideDays {
  /** Session id to UTC day number (`floor(time / 86400)`) to facts. */
  readonly sessions = new Map<string, Map<number, { pub: string[]; endpoint: Map<string, string[]> }>>();

  add(session: string, time: number, key: string, via: { readonly endpoint: string } | 'public'): void {
    const day = this.day(session, Math.floor(time / 86_400));
    if (via === 'public') day.pub = withKey(day.pub, key);
    else day.endpoint.set(via.endpoint, withKey(day.endpoint.get(via.endpoint) ?? [], key));
  }

  absorb(other: Pick<InsideDays, 'sessions'>): void {
    for (const [session, days] of other.sessions) {
      for (const [number, facts] of days) {
        const day = this.day(session, number);
        for (const key of facts.pub) day.pub = withKey(day.pub, key);
        for (const [service, keys] of facts.endpoint) {
          for (const key of keys) day.endpoint.set(service, withKey(day.endpoint.get(service) ?? [], key));
        }
      }
    }
  }

  private day(session: string, number: number): { pub: string[]; endpoint: Map<string, string[]> } {
    let days = this.sessions.get(session);
    if (days === undefined) {
      days = new Map();
      this.sessions.set(session, days);
    }
    let day = days.get(number);
    if (day === undefined) {
      day = { pub: [], endpoint: new Map() };
      days.set(number, day);
    }
    return day;
  }
}

function withKey(keys: string[], key: string): string[] {
  if (keys.length === KEYS_KEPT && key >= keys[KEYS_KEPT - 1]!) return keys;
  if (keys.includes(key)) return keys;
  return [...keys, key].sort().slice(0, KEYS_KEPT);
}
