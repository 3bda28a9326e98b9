import type { Feedback, Inside, Outside } from './input.ts';
import type { Judgement } from './judgement.ts';
import { LearningModel } from './learning-model.ts';
import type { LedgerEntry } from './ledger.ts';
import { defaultSettings, type Settings } from './settings.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * How a remote host comes to be expected.
 *
 * **Evidence days.** For each function and host the model counts UTC days on which the function's credential made a
 * successful, non-critical call there. Days, not calls: a thief can make a thousand calls in an hour, but not a day.
 *
 * **What they cost.** Learning needs 3 to 28 such days. Fewer when the user agent names the Lambda runtime, when nothing of
 * the function is seen inside AWS (its traffic is visibly routed elsewhere), and when routed functions of other roles use the
 * same host. More when the function goes on running inside AWS at the same time: that is what theft looks like, and the
 * thief cannot switch it off.
 *
 * **What is never silent.** The first use of a function at a host. Critical calls. What was not done while learning: a new
 * kind of call, client or region needs days of its own. An unusual number of calls or refusals.
 *
 * **When it counts.** A verdict for day d uses days up to d - lag only, so records may come a day late, twice, in any order
 * and on any worker without changing it. Everything remembered only grows (`habits.ts`) and joins.
 *
 * The arithmetic: `evidence.ts` (days), `requirement.ts` (cost), `outlook.ts` (hosts, pools, vouchers), `judge.ts` (reasons).
 */
export interface Model {
  readonly settings: Settings;
  /** Remembers a call from outside. Copies of a record change nothing. */
  observeOutside(event: Outside): void;
  /** Remembers that the principal ran inside AWS that day. */
  observeInside(inside: Inside): void;
  /** Takes a statement; answers what is wrong when it cannot be used. */
  feedback(feedback: Feedback): string | undefined;
  /**
   * What a call is, as it comes in: remembers it, then judges it by settled days and by its own day so far. For records up to
   * (lag - 1) days late the reasons of its alert-day are the same in every order of delivery.
   */
  judge(event: Outside): Judgement;
  /**
   * History, judged as it would have been live: all events are remembered first, then judged in order of (time, id), each with
   * its own day up to itself. Copies (same id) count once. The answer does not depend on the order given. `since`: the UTC day number from
   * which on a principal's events are judged; earlier ones are remembered only, and left out of the answer.
   */
  judgeAll(events: Iterable<Outside>, since?: (principal: string) => number): JudgedEvent[];
  /** The learned-host ledger: what has been silenced, since when and on what evidence. By principal and scope. */
  ledger(): LedgerEntry[];
  /**
   * Forgets what no verdict needs any more, `today` being the wall clock's day: "drop records with day < D - W - 2 lag, D =
   * min(greatest day seen, wall-clock day)", and compacts days that are long settled. Daily is often enough.
   */
  prune(today: number): void;
  /** Everything remembered, to be stored; {@link restore} takes it up. `only`: the habits of these principals. */
  snapshot(only?: ReadonlySet<string>): Snapshot;
}

export interface JudgedEvent {
  readonly event: Outside;
  readonly judgement: Judgement;
}

/** A model that remembers nothing yet. */
export function createModel(settings: Partial<Settings> = {}): Model {
  return new LearningModel({ ...defaultSettings, ...settings });
}

/** A model that goes on from a stored state. Settings may differ, except `sketch`, `maxUnits` and the pool blocks. */
export function restore(snapshot: Snapshot, settings: Partial<Settings> = {}): Model {
  const model = new LearningModel({ ...defaultSettings, ...settings });
  model.takeUp(snapshot);
  return model;
}

/**
 * "State after a set of records is a function of the set": a model that knows what both know. Neither is changed; the
 * settings are those of `a`. How shards exchange what they learned, once a day.
 */
export function join(a: Model, b: Model): Model {
  const both = new LearningModel(a.settings);
  both.takeUp(a.snapshot());
  both.takeUp(b.snapshot());
  return both;
}
