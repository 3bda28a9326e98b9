import { ConfigError, dataDirOf } from '../config/index.ts';
import type { HostDocument } from '../live/index.ts';
import type { Statement } from '../statements/index.ts';
import type { Store } from '../store/index.ts';
import { cidrContains, parseCidr, parseIp } from '../where/index.ts';
import { type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import type { Rim, StatementShelf } from './rim.ts';
import type { Terminal } from './terminal.ts';

/** Where statements about hosts are kept: a file that scans read, or the store of a running Straykey. */
export interface StatementKeeper {
  /** Path or name of the store, to be shown. */
  readonly where: string;
  readonly takesEffect: string;
  readonly store?: Store;
  /** Oldest first. */
  read(): Promise<readonly Statement[]>;
  add(statements: readonly Statement[]): Promise<void>;
}

/** Works with the statements of the named store, else with those of the data folder. */
export async function withStatements<Result>(
  flags: StoreFlags,
  terminal: Terminal,
  rim: Rim,
  work: (keeper: StatementKeeper) => Promise<Result>,
): Promise<Result> {
  const { config, store } = settingsAsked(flags, terminal);
  if (store === undefined) {
    return await work(fileKeeper(rim.statements(dataDirOf(config, terminal.environment))));
  }
  return await withStore(store, rim, (opened) => work(storeKeeper(opened, terminal.now)));
}

function fileKeeper(shelf: StatementShelf): StatementKeeper {
  return {
    where: shelf.path,
    takesEffect: 'at the next scan, for calls from the time given on (--since)',
    async read() {
      const { problems, statements } = shelf.read();
      if (problems.length > 0) throw new ConfigError(`Statements about hosts: ${problems.join('. ')}`);
      return statements;
    },
    async add(statements) {
      for (const statement of statements) shelf.add(statement);
    },
  };
}

/** Kind of the documents; the id is the statement's. The API writes the same. */
const STATEMENT = 'statement';
const ACTIONS = { expected: 'host.vouch', malicious: 'host.distrust', clear: 'host.forget' } as const;

function storeKeeper(store: Store, now: () => number): StatementKeeper {
  return {
    where: store.name,
    takesEffect: 'within seconds where Straykey runs, for calls from the time given on (--since)',
    store,
    read: async () => {
      const statements = (await store.documents.list<Statement>(STATEMENT)).map(({ body }) => body);
      return statements.sort((a, b) => a.made - b.made || (a.id < b.id ? -1 : 1));
    },
    add: (statements) =>
      store.atomically(async (inside) => {
        const at = now();
        for (const statement of statements) {
          const { by, function: name, host, reason, verdict } = statement;
          const id = await createUnder(statement, inside, at);
          const detail = { statement: id, ...(name !== undefined && { function: name }) };
          await inside.audit.append({ at, by, reason, action: ACTIONS[verdict], subject: `host/${host}`, detail });
        }
        await judgeAgain(inside, at);
      }),
  };
}

/** Ids are the moment; somebody may have said something at the same one. */
async function createUnder(statement: Statement, { documents }: Store, at: number): Promise<string> {
  for (let n = 1; ; n++) {
    const id = n === 1 ? statement.id : `${statement.id}-${n}`;
    if (await documents.create(STATEMENT, id, { ...statement, id }, at)) return id;
  }
}

/** Topics marked at a time. */
const AT_ONCE = 500;

/** Whoever runs on this store looks at everything again, as after a statement by the API. */
async function judgeAgain({ evidence }: Store, at: number): Promise<void> {
  for (let after = ''; ; ) {
    const topics = await evidence.topics(after, AT_ONCE);
    if (topics.length === 0) return;
    await evidence.mark(topics, at);
    after = topics.at(-1)!;
  }
}

/** Hosts whose calls are silent, the newest seen first. */
export async function silentHosts(store: Store): Promise<readonly HostDocument[]> {
  return (await allHosts(store)).filter(({ state }) => state === 'learned' || state === 'expected');
}

/** Whatever is known of hosts in a network, the newest seen first. */
export async function hostsIn(store: Store, network: string): Promise<readonly HostDocument[]> {
  const cidr = parseCidr(network)!;
  return (await allHosts(store)).filter(({ host }) => {
    const own = parseCidr(host);
    const ip = parseIp(host.split('/')[0]!);
    return ip !== undefined && own !== undefined && (cidrContains(cidr, ip) || cidrContains(own, cidr.base));
  });
}

async function allHosts({ documents }: Store): Promise<readonly HostDocument[]> {
  const hosts = (await documents.list<HostDocument>('host')).map(({ body }) => body);
  return hosts.sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : 0));
}
