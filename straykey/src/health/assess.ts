import { type Facts, type Health, healthLimits, type LoopFacts, type Reason, type SourceFacts } from './facts.ts';
import { silenceOf, spanOf } from './silence.ts';

/**
 * The state of the whole from the states of its parts.
 *
 * `live` is false only for what a restart mends: an event loop that hangs, a loop of ours that broke or stands still. `ready` is false when work
 * cannot be done now: the store is away, no source can be read, it is stopping or has not heard of the store yet. Silence, old queues and dead
 * letters are warnings: routing traffic elsewhere would not help. Errs towards `live` (a needless restart loses work in progress) and away from
 * `ready`.
 */
export function assess(facts: Facts, now: number): Health {
  const reasons = [
    ...eventLoop(facts),
    ...facts.loops.flatMap((loop) => stuck(loop, now)),
    ...store(facts, now),
    ...stopping(facts),
    ...sources(facts, now),
    ...queues(facts, now),
  ].sort((a, b) => ORDER[a.costs] - ORDER[b.costs]);
  const costs = (what: Reason['costs']) => reasons.some((reason) => reason.costs === what);
  const live = !costs('live');
  return { live, ready: live && !costs('ready'), reasons };
}

const ORDER = { live: 0, ready: 1, warning: 2 } as const;

function eventLoop({ eventLoopDelayMs }: Facts): Reason[] {
  if (eventLoopDelayMs <= healthLimits.eventLoopMs) return [];
  const found = `nothing else could run for ${spanOf(eventLoopDelayMs)}`;
  return [{ costs: 'live', what: 'event-loop', found, todo: 'Restart it; report what it was reading.' }];
}

function stuck({ name, turnedAt, everyMs, broken }: LoopFacts, now: number): Reason[] {
  const what = `loop/${name}`;
  if (broken !== undefined)
    return [{ costs: 'live', what, found: `ended by an error: ${broken}`, todo: 'Restart it; report the error.' }];
  const stood = now - turnedAt;
  if (stood <= Math.max(healthLimits.stuckMs, healthLimits.periods * everyMs)) return [];
  const found = `has not turned for ${spanOf(stood)}; it should every ${spanOf(everyMs)}`;
  return [{ costs: 'live', what, found, todo: 'Restart it; nothing acknowledged is lost.' }];
}

function store({ store: { answeredAt, error } }: Facts, now: number): Reason[] {
  const todo = 'Bring the database back. Straykey waits, loses nothing and goes on by itself.';
  if (answeredAt === undefined)
    return [{ costs: 'ready', what: 'store', found: error ?? 'has not answered yet', todo }];
  if (error !== undefined) {
    const found = `answers with an error since ${spanOf(now - answeredAt)}: ${error}`;
    return [{ costs: 'ready', what: 'store', found, todo }];
  }
  if (now - answeredAt <= healthLimits.storeMs) return [];
  return [{ costs: 'ready', what: 'store', found: `has not answered for ${spanOf(now - answeredAt)}`, todo }];
}

function stopping(facts: Facts): Reason[] {
  if (!facts.stopping) return [];
  return [{ costs: 'ready', what: 'stopping', found: 'was asked to stop and finishes what it has', todo: 'Nothing.' }];
}

/** One source that fails is a warning while another one can be read; when all of them fail there is no work to do. */
function sources(facts: Facts, now: number): Reason[] {
  const away = (source: SourceFacts) => source.state === 'failing' || source.state === 'stopped';
  const ended = (source: SourceFacts) => source.type === 'stdin' && source.state === 'stopped';
  const all = facts.sources.filter((source) => !ended(source));
  const costs = all.length > 0 && all.every(away) ? 'ready' : 'warning';
  return all.flatMap((source): Reason[] => {
    const what = `source/${source.name}`;
    if (source.state === 'stopped')
      return facts.stopping ? [] : [{ costs, what, found: 'does not read', todo: 'Look at the log for the reason.' }];
    if (source.state === 'failing')
      return [
        { costs, what, found: source.error ?? 'cannot be reached', todo: 'straykey doctor names what is missing.' },
      ];
    const silence = silenceOf(source, facts.startedAt, now);
    return silence === undefined ? [] : [{ costs: 'warning', what, found: silence.found, todo: silence.todo }];
  });
}

function queues({ judgeQueue, outbox }: Facts, now: number): Reason[] {
  const reasons: Reason[] = [];
  const judge = now - (judgeQueue.oldestDueAt ?? now);
  if (judgeQueue.topics > 0 && judge > healthLimits.judgeMs) {
    const found = `${judgeQueue.topics} functions wait to be judged, the first for ${spanOf(judge)}`;
    reasons.push({
      costs: 'warning',
      what: 'judge',
      found,
      todo: 'Add workers, or look at the database: straykey doctor.',
    });
  }
  for (const { outlet, waiting, dead, oldestDueAt, error } of outbox) {
    const what = `outlet/${outlet}`;
    const late = now - (oldestDueAt ?? now);
    if (waiting > 0 && late > healthLimits.outboxMs) {
      const why = error === undefined ? '' : `: ${error}`;
      const found = `${waiting} notifications wait, the first for ${spanOf(late)}${why}`;
      reasons.push({ costs: 'warning', what, found, todo: `straykey outlets test ${outlet}` });
    }
    if (dead > 0) {
      const todo = `Mend the receiver, then: straykey outlets resend ${outlet}`;
      reasons.push({ costs: 'warning', what, found: `${dead} notifications were given up`, todo });
    }
  }
  return reasons;
}
