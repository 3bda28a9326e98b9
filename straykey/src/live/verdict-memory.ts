import type { EarlierVerdicts, JudgedHistory } from '../judge-uses.ts';
import {
  defaultSettings,
  firstChangedDay,
  type Judgement,
  type LedgerRecord,
  type Settings,
  type StoredPrincipal,
} from '../model/index.ts';

/** Verdicts remembered, of all principals together; 200,000, some 100 MB. Those longest unused go, which costs time and nothing else. */
const MOST = 200_000;

interface Remembered {
  readonly habits: StoredPrincipal;
  /** Habits of those around, by principal: what vouchers and pools were judged by. */
  readonly around: ReadonlyMap<string, StoredPrincipal>;
  readonly judgements: ReadonlyMap<string, Judgement>;
  readonly ledger: readonly LedgerRecord[];
}

/**
 * Verdicts that this process gave. A verdict of day d rests on days settled before it and on its own day, so as long as those have not changed it
 * stands, and only what came since is judged. Another process, or this one after a restart, judges all of it again, to the same end.
 */
export class VerdictMemory {
  readonly #principals = new Map<string, Remembered>();
  #size = 0;
  #basis = '';

  /** What still stands; `basis`: statements and settings, everything that verdicts rest on besides records. */
  earlier(basis: string, settings: Partial<Settings> = {}): EarlierVerdicts {
    if (basis !== this.#basis) this.#forgetAll(basis);
    const all = { ...defaultSettings, ...settings };
    const judgements = new Map<string, Judgement>();
    const changedDay = comparing(all);
    return {
      since: (habits, around) => {
        const known = this.#principals.get(habits.name);
        if (known === undefined) return Number.NEGATIVE_INFINITY;
        for (const [id, judgement] of known.judgements) judgements.set(id, judgement);
        return Math.min(
          changedDay(known.habits, habits),
          changedAround(known, habits.name, around, changedDay) + all.lag,
        );
      },
      judgementOf: (id) => judgements.get(id),
      ledgerBefore: (principal, day) =>
        (this.#principals.get(principal)?.ledger ?? []).filter(({ firstDay }) => firstDay < day),
    };
  }

  learn({ habits, judged, records }: JudgedHistory, known: readonly StoredPrincipal[], basis: string): void {
    if (basis !== this.#basis) this.#forgetAll(basis);
    const around = new Map([...known, ...habits].map((each) => [each.name, each]));
    for (const own of habits) {
      this.#forget(own.name);
      const judgements = new Map(
        judged.filter(({ principal }) => principal === own.name).map((each) => [each.use.call.id, each.judgement]),
      );
      const ledger = records.filter(({ principal }) => principal === own.name);
      this.#principals.set(own.name, { habits: own, around, judgements, ledger });
      this.#size += judgements.size;
    }
    for (const oldest of this.#principals.keys()) {
      if (this.#size <= MOST) break;
      this.#forget(oldest);
    }
  }

  #forget(principal: string): void {
    this.#size -= this.#principals.get(principal)?.judgements.size ?? 0;
    this.#principals.delete(principal);
  }

  #forgetAll(basis: string): void {
    this.#principals.clear();
    this.#size = 0;
    this.#basis = basis;
  }
}

type ChangedDay = (before: StoredPrincipal | undefined, after: StoredPrincipal) => number;

/** The first day on which two states differ, infinite when none; each pair is compared once. */
function comparing(settings: Settings): ChangedDay {
  const compared = new Map<StoredPrincipal | undefined, Map<StoredPrincipal, number>>();
  return (before, after) => {
    if (before !== undefined && Buffer.compare(before.bytes, after.bytes) === 0) return Number.POSITIVE_INFINITY;
    const pairs = compared.get(before) ?? new Map<StoredPrincipal, number>();
    compared.set(before, pairs);
    const day = pairs.get(after) ?? firstChangedDay(before, after, settings) ?? Number.POSITIVE_INFINITY;
    pairs.set(after, day);
    return day;
  };
}

/** The earliest day that changed for anybody else; infinite when nothing did. */
function changedAround(
  known: Remembered,
  own: string,
  around: readonly StoredPrincipal[],
  changedDay: ChangedDay,
): number {
  let first = Number.POSITIVE_INFINITY;
  const present = new Set<string>();
  for (const each of around) {
    present.add(each.name);
    if (each.name !== own) first = Math.min(first, changedDay(known.around.get(each.name), each));
  }
  // Somebody who is not around any more: how much rested on him is not known.
  for (const name of known.around.keys()) if (!present.has(name) && name !== own) return Number.NEGATIVE_INFINITY;
  return first;
}
