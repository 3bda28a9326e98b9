import { sql } from 'kysely';
import { Documents } from './documents.ts';
import { Evidence } from './evidence.ts';
import { Findings } from './findings.ts';
import { StoredOutbox } from './outbox.ts';
import type { Store } from './port.ts';
import type { Session } from './session.ts';
import { Audit, SourcePositions, StoredCounters } from './small.ts';

/** The shelves over a session: the store itself, or one transaction of it. */
export function shelvesOf(session: Session, now: () => number): Omit<Store, 'close'> {
  return {
    engine: session.words.engine,
    name: session.name,
    findings: new Findings(session),
    outbox: new StoredOutbox(session),
    documents: new Documents(session),
    audit: new Audit(session),
    positions: new SourcePositions(session),
    counters: new StoredCounters(session),
    evidence: new Evidence(session, now),
    async atomically(work) {
      return await session.atomically((inner) => work({ ...shelvesOf(inner, now), close: refuseToClose }));
    },
    async ping() {
      await sql`insert into meta (name, value) values ('ping', ${String(now())})
        on conflict (name) do update set value = excluded.value returning value`.execute(session.db);
    },
  };
}

async function refuseToClose(): Promise<void> {
  throw new Error('a store cannot be closed inside one of its transactions');
}
