import { WEIGHT_OF_A_DAY } from './evidence.ts';
import { dateOf } from './input.ts';
import type { Scope } from './judgement.ts';
import type { Standing } from './outlook.ts';
import { scopeKey } from './scope.ts';
import { addTo, countOf, union } from './sketch.ts';

/** A host that calls were silenced for: becoming learned raises no finding, so it is written down here. */
export interface LedgerEntry {
  readonly principal: string;
  readonly scope: Scope;
  /** UTC date of the first silenced call. */
  readonly silentSince: string;
  /** At that moment: evidence days, their weight in days, and the days that were needed. */
  readonly evidenceDays: number;
  readonly weight: number;
  readonly required: number;
  /** Silenced calls: exact below 64, then within about an eighth. */
  readonly silencedCalls: number;
  /** Event time of the newest silenced call, seconds. */
  readonly lastSilenced: number;
}

/** As remembered. A copy of a record adds nothing; two shards' records join. */
export interface LedgerRecord {
  readonly principal: string;
  readonly scope: Scope;
  readonly firstDay: number;
  readonly evidenceDays: number;
  /** In 1/64 day. */
  readonly weight: number;
  readonly required: number;
  /** Hashes of the ids of silenced calls. */
  readonly calls: readonly number[];
  readonly last: number;
}

/** The ledger's own copy of a record, which grows in place. */
interface OpenRecord extends LedgerRecord {
  scope: Scope;
  last: number;
  readonly calls: number[];
}

/** The learned-host ledger: "for each (P, scope): first silent day, evidence at that moment, number of silenced calls, last one". */
export class Ledger {
  readonly #records = new Map<string, Map<string, OpenRecord>>();
  readonly #sketch: number;

  constructor(sketch: number) {
    this.#sketch = sketch;
  }

  /** First silent day of a principal at a scope. */
  silentSince(principal: string, scope: Scope): number | undefined {
    return this.#records.get(principal)?.get(scopeKey(scope))?.firstDay;
  }

  /** Writes a silenced call down. */
  silenced(
    principal: string,
    standing: Standing,
    day: number,
    call: { readonly id: number; readonly t: number },
  ): void {
    const { evidence, requirement, scope } = standing;
    const known = this.#records.get(principal)?.get(scopeKey(scope));
    if (known && known.firstDay <= day && known.last <= call.t) {
      known.last = call.t;
      known.scope = scope;
      addTo(known.calls, call.id, this.#sketch);
      return;
    }
    const { days: evidenceDays, weight } = evidence;
    const moment = { firstDay: day, evidenceDays, weight, required: requirement.days };
    this.add({ principal, scope, ...moment, calls: [call.id], last: call.t });
  }

  /** Joins a record of another ledger into this one. */
  add(record: LedgerRecord): void {
    const scopes = this.#records.get(record.principal) ?? new Map<string, OpenRecord>();
    this.#records.set(record.principal, scopes);
    const known = scopes.get(scopeKey(record.scope));
    scopes.set(scopeKey(record.scope), joinRecords(known ?? record, record, this.#sketch));
  }

  /** Forgets hosts not silenced since `time`. */
  prune(time: number): void {
    for (const [principal, scopes] of this.#records) {
      for (const [key, { last }] of scopes) if (last < time) scopes.delete(key);
      if (scopes.size === 0) this.#records.delete(principal);
    }
  }

  /** By principal and scope. */
  records(): LedgerRecord[] {
    const open = [...this.#records.values()].flatMap((scopes) => [...scopes.values()]);
    const all: LedgerRecord[] = open.map((record) => ({ ...record, calls: [...record.calls] }));
    const key = ({ principal, scope }: LedgerRecord) => `${principal}\n${scopeKey(scope)}`;
    return all.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  entries(): LedgerEntry[] {
    return this.records().map(({ calls, firstDay, last, weight, ...rest }) => ({
      ...rest,
      silentSince: dateOf(firstDay),
      weight: weight / WEIGHT_OF_A_DAY,
      silencedCalls: countOf(calls, this.#sketch),
      lastSilenced: last,
    }));
  }
}

/** The earlier first day brings its evidence, the later last call its blocks. */
function joinRecords(a: LedgerRecord, b: LedgerRecord, sketch: number): OpenRecord {
  const [earlier, later] = firstComes(a, b) ? [a, b] : [b, a];
  const newest = a.last > b.last || (a.last === b.last && JSON.stringify(a.scope) > JSON.stringify(b.scope)) ? a : b;
  return {
    ...earlier,
    scope: newest.scope,
    calls: union([...earlier.calls], later.calls, sketch),
    last: newest.last,
  };
}

function firstComes(a: LedgerRecord, b: LedgerRecord): boolean {
  if (a.firstDay !== b.firstDay) return a.firstDay < b.firstDay;
  const rank = ({ evidenceDays, required, weight }: LedgerRecord) => evidenceDays * 1e12 + weight * 1e4 + required;
  return rank(a) <= rank(b);
}
