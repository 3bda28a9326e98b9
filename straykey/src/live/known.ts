import type { FactRow, Store } from '../store/index.ts';
import type { SurveyFacts } from '../survey/index.ts';
import { ledgerOf } from './rows.ts';

/** Sessions remembered; beyond this all are forgotten, which costs second looks and nothing else. */
const MOST = 20_000;

/**
 * Sessions that are known to be used from outside: a batch that meets their calls keeps them at first sight, instead of reading the object
 * again once the store has told whose they are.
 */
export class KnownSessions {
  readonly #facts = new Map<string, FactRow>();

  /** Learns the sessions of some topics, and the keys in the scopes of their records, from the store. */
  async learn(topics: readonly string[], { evidence }: Store): Promise<void> {
    if (this.#facts.size > MOST) this.#facts.clear();
    for (const fact of await evidence.factsOf(topics)) {
      if (fact.kind === 'issued-session') this.#facts.set(`${fact.key}\n${fact.value}`, fact);
    }
  }

  ledger(): SurveyFacts['ledger'] | undefined {
    return this.#facts.size === 0 ? undefined : ledgerOf([...this.#facts.values()]);
  }
}
