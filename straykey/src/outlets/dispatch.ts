import { printable } from '../kit/index.ts';
import type { Outbox, OutboxLine } from '../store/index.ts';
import { MOST_ATTEMPTS, waitAfter } from './backoff.ts';
import type { Result, Sender } from './senders/sender.ts';

/** What operators are told about sending. */
export interface DispatchWatch {
  /** `latencyMs`: from when the message was due until the receiver had it. */
  sent(outlet: string, latencyMs: number): void;
  retried(outlet: string, reason: string): void;
  dead(outlet: string, reason: string): void;
  /** The outbox itself cannot be reached; nothing is lost, and it is asked again. */
  unavailable(reason: string): void;
}

export interface DispatchPorts {
  readonly outbox: Outbox;
  /** By name, asked at each use: outlets may come and go. */
  readonly senders: ReadonlyMap<string, Sender>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly watch: DispatchWatch;
}

export const dispatchLimits = {
  /** Lines in hand. 1,000: some 20 MB, and enough that one slow receiver does not fill it in passing. */
  inHand: 1_000,
  /** Milliseconds that lines stay ours. 2 min: after a crash others send them at the latest then, with the same keys. */
  lease: 120_000,
  /** Milliseconds before the end of the lease from which a line is no longer begun, so that nobody else has it meanwhile. */
  leaseMargin: 60_000,
  /** Milliseconds between two looks at the outbox when nothing calls. 1 s: an alert is told within seconds. */
  poll: 1_000,
  /** Failures in a row after which an outlet is left in peace. */
  failures: 3,
  /** Milliseconds of peace at most. 1 min: a receiver that comes back is noticed within a minute. */
  pause: 60_000,
  /** Milliseconds to wait for sends under way when stopping; every exchange ends within ten seconds. */
  stop: 15_000,
} as const;

export interface Dispatcher {
  /** Looks at the outbox now instead of at the next poll: call it after a commit that added lines. */
  nudge(): void;
  /** Takes no more lines, waits for the sends under way, gives back those not begun. */
  stop(): Promise<void>;
  /** One look at the outbox, and all it brought sent or put back. For tests and commands; not while started. */
  once(): Promise<number>;
  start(): void;
}

/** Lines of one outlet that are in hand. */
interface Lane {
  readonly waiting: { readonly line: OutboxLine; readonly until: number }[];
  running: number;
  failures: number;
  /** Epoch milliseconds until which nothing is tried, and why. */
  pausedUntil: number;
  reason: string;
}

/**
 * Sends what waits in the outbox, at least once, each outlet in a lane of its own: a receiver that hangs or fails holds up nobody else. The
 * order of one finding's messages is the outbox's doing: it gives out at most one line for each (outlet, finding).
 *
 * A line is marked sent after the receiver took it; a crash between the two repeats it under the same key. A failed one waits with exponential
 * backoff and full jitter, at least as long as the receiver asks, and is buried after {@link MOST_ATTEMPTS}, or at once when the receiver says
 * that it will never take it. After a few failures in a row the other lines of the outlet go back untried, at their own backoff.
 */
export function dispatcher(ports: DispatchPorts): Dispatcher {
  const { now, outbox, random, senders, watch } = ports;
  const lanes = new Map<string, Lane>();
  const underWay = new Set<Promise<void>>();
  let inHand = 0;
  let stopped = false;
  let wake = () => {};
  let loop: Promise<void> | undefined;

  const laneOf = (outlet: string): Lane => {
    const lane = lanes.get(outlet) ?? { waiting: [], running: 0, failures: 0, pausedUntil: 0, reason: '' };
    lanes.set(outlet, lane);
    return lane;
  };

  /** Writes to the outbox. When it cannot be reached the line comes back with the end of its lease. */
  const note = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      watch.unavailable(messageOf(error));
    }
  };

  const putBack = async (line: OutboxLine, reason: string, atLeastMs: number): Promise<void> => {
    const error = printable(reason, 500);
    if (line.attempts >= MOST_ATTEMPTS) {
      watch.dead(line.outlet, error);
      await outbox.bury(line.id, now(), `given up after ${line.attempts} tries; the last: ${error}`);
      return;
    }
    watch.retried(line.outlet, error);
    await outbox.retry(line.id, now() + Math.max(atLeastMs, waitAfter(Math.max(1, line.attempts), random())), error);
  };

  const settle = async (line: OutboxLine, result: Result): Promise<void> => {
    switch (result.kind) {
      case 'delivered':
        watch.sent(line.outlet, Math.max(0, now() - line.dueAt));
        return await outbox.sent(line.id, now());
      case 'retry':
        return await putBack(line, result.reason, result.afterMs ?? 0);
      case 'dead':
        watch.dead(line.outlet, printable(result.reason, 500));
        return await outbox.bury(line.id, now(), printable(result.reason, 500));
    }
  };

  const judge = (lane: Lane, results: readonly Result[]): void => {
    const failed = results.find((result) => result.kind === 'retry');
    if (failed === undefined || results.some(({ kind }) => kind === 'delivered')) {
      lane.failures = 0;
      return;
    }
    lane.failures++;
    lane.reason = failed.reason;
    const asked = failed.afterMs ?? 0;
    if (lane.failures < dispatchLimits.failures && asked === 0) return;
    const pause = Math.max(asked, waitAfter(lane.failures, random()));
    lane.pausedUntil = now() + Math.min(dispatchLimits.pause, pause);
  };

  const send = async (outlet: string, lane: Lane, lines: readonly OutboxLine[]): Promise<void> => {
    const sender = senders.get(outlet);
    if (sender === undefined) {
      // Another process may know it: during a change of settings, or in a fleet where outlets are split.
      const reason = `no outlet ${outlet} is configured here`;
      await Promise.all(lines.map((line) => note(() => putBack(line, reason, dispatchLimits.pause))));
      return;
    }
    if (now() < lane.pausedUntil) {
      const reason = `not tried, because the outlet failed before: ${lane.reason}`;
      await Promise.all(lines.map((line) => note(() => putBack(line, reason, lane.pausedUntil - now()))));
      return;
    }
    let results: readonly Result[];
    try {
      results = await sender.send(lines);
    } catch (error) {
      results = lines.map(() => ({ kind: 'retry', reason: `unexpected: ${messageOf(error)}` }));
    }
    judge(lane, results);
    await Promise.all(lines.map((line, i) => note(() => settle(line, results[i]!))));
  };

  const drive = (outlet: string, lane: Lane): void => {
    const { most, width } = senders.get(outlet) ?? { most: 100, width: 1 };
    while (lane.waiting.length > 0 && lane.running < width) {
      const taken = lane.waiting.splice(0, most);
      const fresh = taken.filter(({ until }) => now() < until - dispatchLimits.leaseMargin);
      lane.running++;
      const work = (
        fresh.length === 0
          ? Promise.resolve()
          : send(
              outlet,
              lane,
              fresh.map(({ line }) => line),
            )
      ).finally(() => {
        inHand -= taken.length;
        lane.running--;
        underWay.delete(work);
        drive(outlet, lane);
      });
      underWay.add(work);
    }
  };

  /** How many lines came. */
  const look = async (): Promise<number> => {
    const room = dispatchLimits.inHand - inHand;
    if (room <= 0) return 0;
    const at = now();
    const lines = await outbox.claim(at, room, dispatchLimits.lease);
    inHand += lines.length;
    for (const line of lines) laneOf(line.outlet).waiting.push({ line, until: at + dispatchLimits.lease });
    for (const [outlet, lane] of lanes) drive(outlet, lane);
    return lines.length;
  };

  /** Lines not begun are due again at once, for whoever comes next. */
  const giveBack = async (): Promise<void> => {
    const lines = [...lanes.values()].flatMap(({ waiting }) => waiting.splice(0));
    inHand -= lines.length;
    await note(async () => {
      for (const { line } of lines) await outbox.retry(line.id, line.dueAt, line.error ?? '');
    });
  };

  const rest = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, dispatchLimits.poll);
    wake = resolve;
    await promise;
    clearTimeout(timer);
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      await note(async () => void (await look()));
      if (!stopped) await rest();
    }
  };

  return {
    nudge: () => wake(),
    start() {
      loop ??= run();
    },
    async stop() {
      stopped = true;
      wake();
      await loop;
      await giveBack();
      const late = new Promise((resolve) => setTimeout(resolve, dispatchLimits.stop).unref());
      await Promise.race([Promise.all(underWay), late]);
      for (const sender of senders.values()) sender.close?.();
    },
    async once() {
      const lines = await look();
      while (underWay.size > 0) await Promise.all(underWay);
      return lines;
    },
  };
}

function messageOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error), 500);
}
