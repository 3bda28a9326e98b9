import type { SessionIdentity } from '../records/index.ts';
import { roleKeyOfSession, sessionKey } from '../sessions/index.ts';
import type { FactRow, Store } from '../store/index.ts';
import type { SurveyFacts } from '../survey/index.ts';
import { ledgerOf } from './rows.ts';

/** Facts remembered, of all sessions; beyond this all are forgotten, which costs second looks and nothing else. */
const MOST = 20_000;

export interface KnownSession {
  /** `account/role session`. */
  readonly session: string;
  /** Who issued it, and nothing else. */
  readonly ledger: SurveyFacts['ledger'];
}

/**
 * Sessions that are known to be used from outside: a batch that meets their calls keeps them at first sight, instead of reading the object
 * again once the store has told whose they are.
 */
export class KnownSessions {
  readonly #sessions = new Map<string, KnownSession>();
  readonly #values = new Set<string>();
  /** One more with everything learned. */
  version = 0;

  /** Learns the sessions of some topics from the store. */
  async learn(topics: readonly string[], { evidence }: Store): Promise<void> {
    if (this.#values.size > MOST) {
      this.#values.clear();
      this.#sessions.clear();
    }
    const fresh = new Map<string, FactRow[]>();
    for (const fact of await evidence.factsOf(topics)) {
      if (fact.kind !== 'issued-session') continue;
      const known = fresh.get(fact.key);
      if (known === undefined) fresh.set(fact.key, [fact]);
      else known.push(fact);
    }
    for (const [session, facts] of fresh) {
      const names = facts.map(({ value }) => `${session}\n${value}`);
      if (names.every((name) => this.#values.has(name))) continue;
      for (const name of names) this.#values.add(name);
      this.#sessions.set(session, { session, ledger: ledgerOf(facts) });
      this.version += 1;
    }
  }

  of(identity: SessionIdentity): KnownSession | undefined {
    if (this.#sessions.size === 0) return undefined;
    return this.#sessions.get(sessionKey(roleKeyOfSession(identity), identity.sessionName));
  }
}
