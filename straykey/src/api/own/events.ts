import { Hono } from 'hono';
import type { Store } from '../../store/index.ts';
import type { SourceStatus } from './contract.ts';
import { type OwnEnv, refuse } from './env.ts';
import type { OwnApiPorts } from './ports.ts';

/** How often the store is asked, while anybody listens. */
const LOOK_EVERY_MS = 1_000;
/** Proxies cut connections that are still for a minute. */
const BEAT_EVERY_MS = 15_000;
/** Consoles listening at once: each costs a socket. */
const MOST_LISTENERS = 200;
/** Bytes that a listener may leave unread before it is dropped. */
const MOST_UNREAD = 64 * 1024;

/** What of the store has changed since. */
export type Topic = 'findings' | 'hosts' | 'sources' | 'outlets' | 'rules' | 'keys' | 'audit';
type Stamps = ReadonlyMap<Topic, string>;

/** Server-sent events: that something changed, not what. One look a second serves all listeners; nobody listening, nobody looks. */
export function eventRoutes(ports: Pick<OwnApiPorts, 'store' | 'sources' | 'failed'>): Hono<OwnEnv> {
  const listeners = new Set<(text: string) => void>();
  // One for each time that somebody listens again: a look that was still under way then ends without another.
  let round: { timer?: NodeJS.Timeout; stamps: Stamps; sinceBeat: number } | undefined;

  const routes = new Hono<OwnEnv>();
  routes.get('/events', (c) => {
    if (listeners.size >= MOST_LISTENERS)
      return refuse(c, 503, 'TooManyListeners', 'Too many consoles listen already.');
    return c.body(listen(c.req.raw.signal), 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx would keep events back to fill a buffer.
      'x-accel-buffering': 'no',
    });
  });
  return routes;

  function listen(signal: AbortSignal): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let leave = () => {};
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          const tell = (text: string) => {
            controller.enqueue(encoder.encode(text));
            if ((controller.desiredSize ?? 0) <= 0) {
              leave();
              controller.close();
            }
          };
          leave = () => {
            listeners.delete(tell);
            if (listeners.size === 0) stop();
          };
          signal.addEventListener('abort', () => leave(), { once: true });
          listeners.add(tell);
          tell('retry: 2000\n\nevent: beat\ndata: {}\n\n');
          if (round === undefined) begin();
        },
        cancel: () => leave(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNREAD }),
    );
  }

  function begin(): void {
    round = { stamps: new Map(), sinceBeat: 0 };
    void look(round);
  }

  function stop(): void {
    clearTimeout(round?.timer);
    round = undefined;
  }

  async function look(mine: NonNullable<typeof round>): Promise<void> {
    const changed = await changesSince(mine);
    if (round !== mine) return;
    if (changed.length > 0) {
      tellAll(`event: changed\ndata: ${JSON.stringify(Object.fromEntries(changed.map((topic) => [topic, true])))}\n\n`);
    }
    mine.sinceBeat += LOOK_EVERY_MS;
    if (mine.sinceBeat >= BEAT_EVERY_MS) {
      mine.sinceBeat = 0;
      tellAll('event: beat\ndata: {}\n\n');
    }
    mine.timer = setTimeout(() => void look(mine), LOOK_EVERY_MS);
    mine.timer.unref();
  }

  async function changesSince(mine: NonNullable<typeof round>): Promise<readonly Topic[]> {
    try {
      const now = await stampsOf(ports.store, ports.sources());
      const before = mine.stamps;
      mine.stamps = now;
      return [...now]
        .filter(([topic, stamp]) => before.has(topic) && before.get(topic) !== stamp)
        .map(([topic]) => topic);
    } catch (error) {
      // The store is away for a while; consoles see that by their own requests.
      ports.failed(error, 'GET /api/v1/events');
      return [];
    }
  }

  function tellAll(text: string): void {
    for (const tell of [...listeners]) tell(text);
  }
}

/** One row each, whatever the store holds. Hosts change only with what sources bring or with what people say. */
async function stampsOf(store: Store, sources: readonly SourceStatus[]): Promise<Stamps> {
  const [[finding], [said], depth, positions] = await Promise.all([
    store.findings.page({ where: [], orderBy: 'changedAt', descending: true, limit: 1 }),
    store.audit.list({ limit: 1 }),
    store.outbox.depth(),
    store.positions.list(),
  ]);
  const audit = String(said?.id ?? '');
  const brought = JSON.stringify(positions.map(({ at, source }) => [source, at]));
  return new Map<Topic, string>([
    ['findings', JSON.stringify([finding?.changedAt, finding?.finding.id, finding?.revision])],
    ['hosts', `${brought} ${audit}`],
    // The lag grows by the second by itself.
    ['sources', `${brought} ${JSON.stringify(sources.map(({ lagSeconds: _, ...rest }) => rest))}`],
    ['outlets', JSON.stringify(depth.map(({ lines, outlet, state }) => [outlet, state, lines]))],
    ['rules', audit],
    ['keys', audit],
    ['audit', audit],
  ]);
}
