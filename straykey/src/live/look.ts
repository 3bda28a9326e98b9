import type { Oddity } from '../kit/index.ts';
import { UNREADABLE } from '../passes/index.ts';
import { type ApiCall, createReader, type Reader, type SkimHooks } from '../records/index.ts';
import { inflatePiece, readObject } from '../sources/index.ts';
import type { FactRow } from '../store/index.ts';
import { callerOf, Revisit, Survey } from '../survey/index.ts';
import type { Look } from './judge.ts';
import type { EnginePorts } from './ports.ts';
import { preferredUse, rowsOf } from './rows.ts';

/**
 * Reads objects again for callers that later records attributed, and puts their calls where the next judgement finds them. What cannot be
 * read now stays noted and is asked for again.
 *
 * Each look asks for others, so its reader remembers no answers; that lets one reader serve all looks.
 */
export class SecondLooks {
  readonly #ports: EnginePorts;
  readonly #reader: Reader;
  #revisit: Revisit | undefined;
  /** Settles when the look before has ended. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    const hooks: SkimHooks = {
      kindOf: () => 'skim',
      meet: (call) => (this.#revisit?.meet(call) === 'read' ? 'read-once' : 'again'),
      likeOf: () => -1,
      issued: () => {},
      note: () => {},
      read: (call) => this.#revisit?.read(call),
      tallyOf: () => 0,
      oddity: () => {},
    };
    this.#reader = createReader(hooks, { inflate: inflatePiece });
  }

  /** Answers whether all of it was read. Looks wait for each other. */
  async look(look: Look): Promise<boolean> {
    const looked = this.#line.then(() => this.#look(look));
    this.#line = looked.catch(() => {});
    return await looked;
  }

  async #look(look: Look): Promise<boolean> {
    const { reopen, tables, watch } = this.#ports;
    const found: ApiCall[] = [];
    const wanted = {
      has: (caller: string) => look.callers.has(caller) || look.children.has(caller.split(' ', 1)[0]!),
    };
    this.#revisit = new Revisit(wanted, tables, (call) => found.push(call));
    let complete = true;
    for (const origin of look.objects) {
      const object = reopen(origin);
      if (object === undefined) {
        complete = false;
        continue;
      }
      await readObject(object, this.#reader, (oddity: Oddity) => {
        if (!UNREADABLE.has(oddity.kind)) return;
        watch.oddity(oddity);
        // An object that is gone for good must not be asked for again and again.
        if (oddity.kind !== 'vanished') complete = false;
      });
    }
    await keep(found, look, complete, this.#ports);
    return complete;
  }
}

async function keep(calls: readonly ApiCall[], look: Look, complete: boolean, ports: EnginePorts): Promise<void> {
  const at = ports.now();
  const survey = new Survey(ports.tables, () => {});
  for (const call of calls) {
    if (call.identity.kind !== 'session' || !look.callers.has(callerOf(call.identity))) continue;
    survey.ledger.learn(call, 'outside');
    survey.keep(call, call.identity);
  }
  const rows = rowsOf(survey.facts(), () => '');
  const counted: FactRow[] = calls
    .filter(({ identity }) => look.children.has(identity.accessKeyId))
    .map(({ id, identity }) => ({ topic: '', kind: 'child-call', key: identity.accessKeyId, value: id }));
  await ports.store.atomically(async ({ evidence }) => {
    await evidence.addUses(rows.uses, at, preferredUse);
    await evidence.addFacts([...rows.facts, ...counted], at);
    if (complete) await evidence.looked(look.sightings);
    await evidence.mark(look.topics, complete ? at : at + RETRY_AFTER);
  });
}

/** Milliseconds before an object that could not be read is asked for again; 10 minutes. */
const RETRY_AFTER = 600_000;
