import { type Call, CallReader, serviceHash } from './call.ts';
import { FACETS_KEPT, volumeOf } from './day-record.ts';
import { weightTable } from './evidence.ts';
import { Explanations } from './explain.ts';
import { Habits } from './habits.ts';
import { dayOf, type Feedback, type Inside, type Outside, startOf } from './input.ts';
import { type DayCounters, type Grounds, judgeCall } from './judge.ts';
import type { Judgement } from './judgement.ts';
import type { JudgedEvent, Model } from './learn.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { Outlook, type Rules, type Standing } from './outlook.ts';
import { hostsWithin } from './scope.ts';
import { scoreOf } from './score.ts';
import type { Settings } from './settings.ts';
import { union } from './sketch.ts';
import { decodePrincipal, encodePrincipal, SNAPSHOT_VERSION, type Snapshot } from './snapshot.ts';
import { Statements } from './statements.ts';
import { unreadable } from './unreadable.ts';

/** Days after which a day is compacted beyond `lag`: records up to a week late still count exactly. */
const SETTLE_AFTER = 7;
/** Days kept computed at once; in order of time two are in use. */
const OUTLOOKS_KEPT = 4;
/** "P had a `pub` inside day in [T-6,T]". */
const INSIDE_LATELY_DAYS = 7;

/** {@link Model}: habits, statements and ledger, and the outlooks computed from them. */
export class LearningModel implements Model {
  readonly settings: Settings;
  readonly #rules: Rules;
  readonly #calls: CallReader;
  readonly #habits: Habits;
  readonly #statements: Statements;
  readonly #ledger: Ledger;
  readonly #outlooks = new Map<number, Outlook>();
  readonly #explanations = new Explanations();

  constructor(settings: Settings) {
    this.settings = settings;
    this.#rules = { settings, weights: weightTable(settings) };
    this.#calls = new CallReader(settings);
    this.#habits = new Habits(settings);
    this.#statements = new Statements(settings.ttlDays);
    this.#ledger = new Ledger(settings.sketch);
  }

  observeOutside(event: Outside): void {
    const call = this.#calls.read(event);
    if (call) this.#note(call);
  }

  observeInside({ principal, region, source, t, vpce }: Inside): void {
    if (!Number.isFinite(t) || (vpce && (source === undefined || region === undefined))) return;
    const service = vpce ? serviceHash(source ?? '', region ?? '') : undefined;
    const day = dayOf(t);
    if (this.#habits.noteInside(principal, day, service)) this.#forgetOutlooksFrom(day);
  }

  feedback(feedback: Feedback): string | undefined {
    this.#outlooks.clear();
    return this.#statements.add(feedback);
  }

  judge(event: Outside): Judgement {
    const call = this.#calls.read(event);
    if (!call) return unreadable(event);
    this.#note(call);
    return this.#judge(call, this.#habits);
  }

  judgeAll(
    events: Iterable<Outside>,
    since: (principal: string) => number = () => Number.NEGATIVE_INFINITY,
  ): JudgedEvent[] {
    const unique = sortedUnique(events);
    const calls = unique.map((event) => this.#calls.read(event));
    const before = new Habits(this.settings);
    for (const call of calls) if (call) before.copyDay(this.#habits, call.event.principal, call.day);
    for (const call of calls) if (call) this.#note(call);
    const day = new DaySoFar(before, this.settings);
    return unique.flatMap((event, at): JudgedEvent[] => {
      const call = calls[at];
      if (!call) return [{ event, judgement: unreadable(event) }];
      return call.day < since(event.principal) ? [] : [{ event, judgement: this.#judge(call, day.with(call)) }];
    });
  }

  ledger(): LedgerEntry[] {
    return this.#ledger.entries();
  }

  prune(today: number): void {
    const { lag, window } = this.settings;
    const now = Math.min(this.#habits.newestDay, today);
    if (!Number.isFinite(now)) return;
    this.#habits.prune(now - window - 2 * lag);
    this.#habits.settle(now - lag - SETTLE_AFTER);
    this.#ledger.prune(startOf(now - window - 2 * lag));
    this.#outlooks.clear();
  }

  snapshot(only?: ReadonlySet<string>): Snapshot {
    const principals = [...this.#habits.principals.values()]
      .filter(({ name }) => only?.has(name) ?? true)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((principal) => ({ name: principal.name, bytes: encodePrincipal(principal) }));
    const statements = this.#statements.all();
    return { version: SNAPSHOT_VERSION, principals, statements, ledger: this.#ledger.records() };
  }

  /** Joins a stored state into this one. */
  takeUp({ ledger, principals, statements, version }: Snapshot): void {
    if (version !== SNAPSHOT_VERSION) {
      throw new RangeError(`saved habits: expected version ${SNAPSHOT_VERSION}, found ${version}`);
    }
    for (const stored of principals) {
      this.#habits.joinPrincipal(decodePrincipal(stored, (address) => this.#calls.host(address)));
    }
    for (const statement of statements) this.#statements.add(statement);
    for (const record of ledger) this.#ledger.add(record);
    this.#outlooks.clear();
  }

  #note(call: Call): void {
    if (this.#habits.note(call)) this.#forgetOutlooksFrom(call.day);
  }

  /** "A verdict is a pure function of (records with day <= d-lag, counters of (P,d), feedback with t <= e.t, e)." */
  #judge(call: Call, today: Habits): Judgement {
    const { settings } = this;
    const { event, host } = call;
    const outlook = this.#outlook(call.day - settings.lag);
    const standing = outlook.standing(event.principal, event.role, host);
    const grounds: Grounds = {
      call,
      standing,
      statement: this.#statements.inForce(event.principal, host, event.t),
      today: countersOf(call, standing, today, settings),
      fansOut: () => fansOut(call, today, outlook, settings.fanout),
    };
    const verdict = judgeCall(grounds, settings);
    const insideLately = this.#ranInside(event.principal, outlook.through);
    const score = scoreOf(grounds, verdict, insideLately);
    const finding = verdict.reasons.length > 0;
    if (!finding) this.#ledger.silenced(event.principal, standing, call.day, { id: call.id, t: event.t });
    const silentSince = this.#ledger.silentSince(event.principal, standing.scope);
    const explanation = this.#explanations.of(grounds, verdict, { silentSince, insideLately, settings });
    return { finding, reasons: verdict.reasons, score, scope: standing.scope, explanation };
  }

  #ranInside(name: string, through: number): boolean {
    const inside = this.#habits.principals.get(name)?.inside;
    if (!inside || inside.size === 0) return false;
    for (let day = through; day > through - INSIDE_LATELY_DAYS; day--) if (inside.get(day)?.pub) return true;
    return false;
  }

  #outlook(through: number): Outlook {
    const known = this.#outlooks.get(through);
    if (known) return known;
    if (this.#outlooks.size >= OUTLOOKS_KEPT) this.#outlooks.delete(Math.min(...this.#outlooks.keys()));
    const outlook = new Outlook(this.#habits, this.#statements, this.#rules, through);
    this.#outlooks.set(through, outlook);
    return outlook;
  }

  #forgetOutlooksFrom(day: number): void {
    for (const through of this.#outlooks.keys()) if (through >= day) this.#outlooks.delete(through);
  }
}

/** "Day counters on (P, scope, d), including e": also when the day is too full of hosts to have kept this one. */
function countersOf(call: Call, standing: Standing, today: Habits, { sketch }: Settings): DayCounters {
  const principal = today.principals.get(call.event.principal);
  let denied: number[] = call.outcome === 'denied' ? [call.api] : [];
  let volume = 0;
  let kept = false;
  for (const { days, host } of hostsWithin(principal, standing)) {
    const record = days.get(call.day);
    if (!record) continue;
    volume += volumeOf(record, sketch);
    if (record.den.length > 0) denied = union(denied, record.den, FACETS_KEPT);
    kept ||= host.unit === call.host.unit;
  }
  return { volume: kept ? volume : volume + 1, denied: denied.length };
}

/** "P used, on day d, units not known in >= fanout networks (known in the sense of 2.5)." */
function fansOut({ day, event, host }: Call, today: Habits, outlook: Outlook, fanout: number): boolean {
  const hosts = today.principals.get(event.principal)?.days.get(day);
  const networks = new Set<string>();
  if ((hosts?.networks ?? 0) + 1 < fanout) return false;
  const look = (other: typeof host) => {
    if (networks.has(other.network)) return;
    if (!outlook.standing(event.principal, event.role, other).known) networks.add(other.network);
  };
  look(host);
  for (const habit of hosts?.values() ?? []) {
    if (networks.size >= fanout) return true;
    look(habit.host);
  }
  return networks.size >= fanout;
}

/** The counters of one day as they grow, for history: earlier batches' part of the day counts from its start. */
class DaySoFar {
  readonly #before: Habits;
  readonly #settings: Settings;
  #day = Number.NaN;
  #habits: Habits;

  constructor(before: Habits, settings: Settings) {
    this.#before = before;
    this.#settings = settings;
    this.#habits = new Habits(settings);
  }

  with(call: Call): Habits {
    if (call.day !== this.#day) {
      this.#day = call.day;
      this.#habits = new Habits(this.#settings);
    }
    const { principal } = call.event;
    if (!this.#habits.principals.has(principal)) this.#habits.copyDay(this.#before, principal, call.day);
    this.#habits.note(call);
    return this.#habits;
  }
}

/** By (time, id), one for each id: of copies that differ, which only a broken sender makes, always the same one. */
function sortedUnique(events: Iterable<Outside>): Outside[] {
  const sorted = [...events].sort(compareEvents);
  const seen = new Set<string>();
  return sorted.filter(({ id }) => !seen.has(id) && seen.add(id));
}

function compareEvents(a: Outside, b: Outside): number {
  if (a.t !== b.t) return a.t < b.t ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  const [left, right] = [a, b].map((event) =>
    JSON.stringify([event.principal, event.ip, event.source, event.name, event]),
  );
  return (left ?? '') < (right ?? '') ? -1 : Number(left !== right);
}
