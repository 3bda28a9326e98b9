import type { Client } from './client.ts';

/** What may have changed, as `/api/v1/events` names it. */
export type Topic =
  | 'findings'
  | 'hosts'
  | 'rules'
  | 'lists'
  | 'outlets'
  | 'sources'
  | 'keys'
  | 'audit'
  | 'statements'
  | 'views';

export interface ConnectionState {
  readonly reachable: boolean;
  /** True while changes arrive by themselves; false while they are asked for every {@link POLL_MS}. */
  readonly live: boolean;
}

/** How often to ask when changes do not arrive by themselves. 15 s: the heartbeat's pace, so nothing is staler than a missed beat. */
const POLL_MS = 15_000;
/** No event for this long means the line is dead although it looks open: three missed beats. */
const SILENT_MS = 45_000;
/** Between attempts to reach a server that does not answer. */
const RETRY_MS = 2_000;

/**
 * Listens to the server's events, notices when the server is gone and when it is back. Everybody who shows something subscribes with
 * {@link Connection.onChange}; `undefined` means "anything may have changed", as after a lost connection.
 */
export interface Connection {
  state(): ConnectionState;
  onState(listener: () => void): () => void;
  onChange(listener: (topics: ReadonlySet<string> | undefined) => void): () => void;
  /** For writes of our own, whose effect should show at once. */
  changed(...topics: readonly Topic[]): void;
  /** For the client: a request failed without an answer, or got one. */
  unreachable(): void;
  answered(): void;
  open(client: Client): () => void;
}

export function createConnection(): Connection {
  let state: ConnectionState = { reachable: true, live: false };
  const stateListeners = new Set<() => void>();
  const changeListeners = new Set<(topics: ReadonlySet<string> | undefined) => void>();
  let probing: ReturnType<typeof setTimeout> | undefined;
  let client: Client | undefined;

  function set(next: Partial<ConnectionState>): void {
    const merged = { ...state, ...next };
    if (merged.reachable === state.reachable && merged.live === state.live) return;
    const back = merged.reachable && !state.reachable;
    state = merged;
    for (const listener of stateListeners) listener();
    if (back) tell(undefined);
  }
  function tell(topics: ReadonlySet<string> | undefined): void {
    for (const listener of changeListeners) listener(topics);
  }
  function unreachable(): void {
    set({ reachable: false, live: false });
    probing ??= setTimeout(probe, RETRY_MS);
  }
  function probe(): void {
    probing = undefined;
    // The client itself reports how it went.
    client?.get('/api/v1/session').catch(() => undefined);
  }
  function open(to: Client): () => void {
    client = to;
    const line = createLine({
      heard: () => set({ reachable: true, live: true }),
      lost: () => {
        set({ live: false });
        probe();
      },
      changed: tell,
    });
    const poll = setInterval(() => {
      if (state.reachable && !state.live) tell(undefined);
    }, POLL_MS);
    return () => {
      clearInterval(poll);
      clearTimeout(probing);
      probing = undefined;
      line.close();
      client = undefined;
    };
  }
  return {
    state: () => state,
    onState: (listener) => added(stateListeners, listener),
    onChange: (listener) => added(changeListeners, listener),
    changed: (...topics) => tell(new Set(topics)),
    unreachable,
    answered: () => set({ reachable: true }),
    open,
  };
}

interface LineEvents {
  heard(): void;
  lost(): void;
  changed(topics: ReadonlySet<string> | undefined): void;
}

/** Server-sent events, opened again when the browser has given up on them or they have gone silent. */
function createLine(events: LineEvents): { close(): void } {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let opened = 0;
  function heard(): void {
    events.heard();
    clearTimeout(silence);
    silence = setTimeout(broken, SILENT_MS);
  }
  function broken(): void {
    source?.close();
    source = undefined;
    clearTimeout(silence);
    events.lost();
    again ??= setTimeout(connect, RETRY_MS);
  }
  function connect(): void {
    again = undefined;
    source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => {
      heard();
      // What happened while the line was down was told to nobody.
      if (opened++ > 0) events.changed(undefined);
    });
    source.addEventListener('beat', heard);
    source.addEventListener('changed', (event) => {
      heard();
      events.changed(topicsOf(String(event.data)));
    });
    source.addEventListener('error', broken);
  }
  connect();
  return {
    close: () => {
      clearTimeout(again);
      clearTimeout(silence);
      source?.close();
    },
  };
}

function topicsOf(data: string): ReadonlySet<string> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null) return undefined;
    return new Set(Object.entries(value).flatMap(([topic, changed]) => (changed === true ? [topic] : [])));
  } catch {
    return undefined;
  }
}

function added<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
