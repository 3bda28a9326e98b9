import type { SourceStatus } from '../api/own/index.ts';
import type { LiveSource } from '../arrivals/index.ts';
import {
  arrived,
  assess,
  type Cadence,
  type Health,
  NO_CADENCE,
  type SourceFacts,
  watchSilence,
} from '../health/index.ts';
import type { Engine } from '../live/index.ts';
import type { Log } from '../logging/index.ts';
import type { MetricsSnapshot } from '../metrics/index.ts';
import type { Store } from '../store/index.ts';

export const vitalLimits = {
  /** Milliseconds between two looks at store, queues and sources; 5 s: what /readyz says is at most that old. */
  every: 5_000,
  /** Milliseconds without an answer after which a look at the store counts as failed; 10 s. */
  patience: 10_000,
  /** Milliseconds that a batch may take when all is well; 2 min. Intake is stuck after ten times that: S3 itself is asked for five minutes. */
  batch: 120_000,
  /** Milliseconds between two writes of how often a source brings something; 1 min. */
  cadenceEvery: 60_000,
} as const;

type Waiting = Awaited<ReturnType<Store['evidence']['waiting']>>;
type Depth = Awaited<ReturnType<Store['outbox']['depth']>>;

/** Before the names of sources in `positions`: how often they bring something. */
const CADENCE = 'cadence:';

/** How the running parts are, looked up every few seconds, so that a probe never waits for a slow store. */
export class VitalSigns {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #sources: readonly LiveSource[];
  readonly #now: () => number;
  readonly #log: Log;
  #startedAt: number;
  /** As of now, and as the store has them. */
  readonly #cadences = new Map<string, Cadence>();
  readonly #kept = new Map<string, Cadence>();
  /** The last arrivals noted, in the sources' own words. */
  readonly #noted = new Map<string, number>();
  #loaded = false;
  #keptAt = Number.NEGATIVE_INFINITY;
  #silent: ReadonlySet<string> = new Set();
  /** By a clock that nobody sets, as all ages here; so a computer's clock that jumps makes nobody look stuck. */
  #answeredAt: number | undefined;
  #error: string | undefined;
  #waiting: Waiting = { topics: 0, oldestDueAt: 0 };
  #depth: Depth = [];
  #delay = 0;
  #turnedAt = performance.now();
  #feltAt = performance.now();
  stopping = false;

  constructor(parts: {
    readonly store: Store;
    readonly engine: Engine;
    readonly sources: readonly LiveSource[];
    readonly now: () => number;
    readonly log: Log;
  }) {
    this.#store = parts.store;
    this.#engine = parts.engine;
    this.#sources = parts.sources;
    this.#now = parts.now;
    this.#log = parts.log;
    this.#startedAt = parts.now();
  }

  /** Feels how late timers are. Call it every {@link vitalLimits.every}, apart from looks: those wait for the store. */
  pulse(): void {
    const feltAt = performance.now();
    this.#delay = Math.max(0, feltAt - this.#feltAt - vitalLimits.every);
    this.#feltAt = feltAt;
  }

  /** Looks once; never rejects. Call it every {@link vitalLimits.every}. */
  async look(): Promise<void> {
    this.#turnedAt = performance.now();
    this.#noteArrivals();
    try {
      await within(vitalLimits.patience, this.#askStore());
      this.#answeredAt = performance.now();
      this.#error = undefined;
    } catch (error) {
      this.#error = error instanceof Error ? error.message : String(error);
    }
  }

  /** At the end: what was learned of the sources since it was last written. Never rejects. */
  async close(): Promise<void> {
    this.#keptAt = Number.NEGATIVE_INFINITY;
    await within(vitalLimits.patience, this.#keepCadences()).catch(() => {});
  }

  health(): Health {
    const now = this.#now();
    const before = (elapsed: number) => now - elapsed;
    const { intake, judge } = this.#engine.sinceTurn;
    const since = (moment: number) => before(performance.now() - moment);
    return assess(
      {
        startedAt: this.#startedAt,
        stopping: this.stopping,
        eventLoopDelayMs: this.#delay,
        loops: [
          { name: 'intake', turnedAt: before(intake), everyMs: vitalLimits.batch },
          { name: 'judge', turnedAt: before(judge), everyMs: vitalLimits.batch },
          { name: 'vital-signs', turnedAt: since(this.#turnedAt), everyMs: vitalLimits.every },
        ],
        store: {
          ...(this.#answeredAt === undefined ? {} : { answeredAt: since(this.#answeredAt) }),
          ...(this.#error === undefined ? {} : { error: this.#error }),
        },
        sources: this.#sourceFacts(),
        judgeQueue: queueOf(this.#waiting),
        outbox: this.#outlets(),
      },
      now,
    );
  }

  snapshot(): MetricsSnapshot {
    const { live, ready } = this.health();
    return {
      storeUp: this.#error === undefined && this.#answeredAt !== undefined,
      sources: this.#sources.map((source) => {
        const { lagSeconds, lastObjectAt, state } = source.status();
        return {
          name: source.name,
          state: this.#silent.has(source.name) && state === 'idle' ? 'silent' : state,
          ...(lagSeconds === undefined ? {} : { lagSeconds }),
          ...(lastObjectAt === undefined ? {} : { lastObjectAt }),
        };
      }),
      outbox: this.#depth.flatMap(({ outlet, state, lines, oldestDueAt }) =>
        state === 'sent'
          ? []
          : [{ outlet, state, lines, ...(lines > 0 && state === 'waiting' ? { oldestDueAt } : {}) }],
      ),
      judgeQueue: queueOf(this.#waiting),
      live,
      ready,
    };
  }

  /** For the API: what each source is doing. */
  sources(records: ReadonlyMap<string, number>): SourceStatus[] {
    return this.#sources.map((source) => {
      const { error, lagSeconds, lastObjectAt, objects, state } = source.status();
      return {
        name: source.name,
        type: source.type,
        state: this.#silent.has(source.name) && state === 'idle' ? 'silent' : state,
        ...(lagSeconds === undefined ? {} : { lagSeconds }),
        ...(lastObjectAt === undefined ? {} : { lastObjectAt: new Date(lastObjectAt).toISOString() }),
        objects,
        records: records.get(source.name) ?? 0,
        ...(error === undefined ? {} : { error }),
      };
    });
  }

  async #askStore(): Promise<void> {
    await this.#store.ping();
    this.#waiting = await this.#store.evidence.waiting();
    this.#depth = await this.#store.outbox.depth();
    if (!this.#loaded) await this.#loadCadences();
    await this.#keepCadences();
  }

  async #loadCadences(): Promise<void> {
    for (const { name } of this.#sources) {
      const position = await this.#store.positions.get(`${CADENCE}${name}`);
      // What came since the start, while the store was away, counts only as an arrival.
      if (position !== undefined) {
        const { latest } = this.#cadences.get(name) ?? NO_CADENCE;
        const kept = position.value as Cadence;
        this.#cadences.set(name, latest === 0 ? kept : arrived(kept, latest));
        this.#kept.set(name, kept);
      }
    }
    this.#loaded = true;
  }

  /** Several processes that share a store write one after the other; each knows the rhythm well enough. */
  async #keepCadences(): Promise<void> {
    const moment = performance.now();
    if (!this.#loaded || moment - this.#keptAt < vitalLimits.cadenceEvery) return;
    this.#keptAt = moment;
    for (const [name, cadence] of this.#cadences) {
      if (cadence.latest === (this.#kept.get(name) ?? NO_CADENCE).latest) continue;
      await this.#store.positions.put(`${CADENCE}${name}`, cadence, this.#now());
      this.#kept.set(name, cadence);
    }
  }

  #noteArrivals(): void {
    const now = this.#now();
    this.#startedAt = Math.min(this.#startedAt, now);
    for (const source of this.#sources) {
      const { lastObjectAt } = source.status();
      const known = notAfter(now, this.#cadences.get(source.name) ?? NO_CADENCE);
      const came = lastObjectAt !== undefined && lastObjectAt !== this.#noted.get(source.name);
      if (came) this.#noted.set(source.name, lastObjectAt);
      this.#cadences.set(source.name, came ? arrived(known, Math.min(now, lastObjectAt)) : known);
    }
    const { silent, reports } = watchSilence(this.#silent, this.#sourceFacts(), this.#startedAt, now);
    this.#silent = silent;
    for (const { kind, source, found, todo } of reports) {
      if (kind === 'source-silent') this.#log.error(kind, `Source ${source} ${found}. ${todo}`, { source });
      else this.#log.info(kind, `Source ${source} ${found}.`, { source });
    }
  }

  #sourceFacts(): SourceFacts[] {
    return this.#sources.map((source) => {
      const { error, state } = source.status();
      return {
        name: source.name,
        type: source.type,
        state,
        ...(error === undefined ? {} : { error }),
        cadence: this.#cadences.get(source.name) ?? NO_CADENCE,
      };
    });
  }

  #outlets(): { outlet: string; waiting: number; dead: number; oldestDueAt?: number }[] {
    const outlets = new Map<string, { outlet: string; waiting: number; dead: number; oldestDueAt?: number }>();
    for (const { outlet, state, lines, oldestDueAt } of this.#depth) {
      const known = outlets.get(outlet) ?? { outlet, waiting: 0, dead: 0 };
      if (state === 'waiting') outlets.set(outlet, { ...known, waiting: lines, ...(lines > 0 ? { oldestDueAt } : {}) });
      else if (state === 'dead') outlets.set(outlet, { ...known, dead: lines });
    }
    return [...outlets.values()];
  }
}

/** What was noted before the clock was set back would make the source look alive until it has caught up. */
function notAfter(now: number, cadence: Cadence): Cadence {
  if (cadence.latest <= now) return cadence;
  return { ...cadence, last: Math.min(cadence.last, now), latest: now };
}

function queueOf({ oldestDueAt, topics }: Waiting): { topics: number; oldestDueAt?: number } {
  return topics === 0 ? { topics } : { topics, oldestDueAt };
}

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
