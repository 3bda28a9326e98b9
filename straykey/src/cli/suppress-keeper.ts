import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FilterBody } from '../api/guardduty/index.ts';
import { dataDirOf } from '../config/index.ts';
import { compile, type Rule } from '../criteria/index.ts';
import { type KeptReadyRule, type RuleEvent, type Rules, replay } from '../rules/index.ts';
import type { AuditEntry, Store } from '../store/index.ts';
import { type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import type { Rim, RuleShelf } from './rim.ts';
import { rulesOn } from './scan.ts';
import { describeChanges, describeEvents } from './suppress-text.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

/** Where suppression rules are kept: a file that scans read, or the store of a running Straykey. */
export interface RuleKeeper {
  /** Path or name of the store, to be shown. */
  readonly where: string;
  readonly takesEffect: string;
  /** Only where the rules are in one: then stored findings can be asked too. */
  readonly store?: Store;
  /** Rules that archive; filters of a store with another action are not among them. */
  rules(): Promise<Rules>;
  /**
   * Makes all of the changes or, when one cannot be made, none.
   *
   * @throws Exit 2 that says why
   */
  keep(events: readonly RuleEvent[]): Promise<Rules>;
  /** Every change, oldest first, as text. */
  history(columns: number): Promise<string>;
}

/** Works with the rules of the named store, else with those of the data folder. */
export async function withKeeper<Result>(
  flags: StoreFlags,
  terminal: Terminal,
  rim: Rim,
  work: (keeper: RuleKeeper) => Promise<Result>,
): Promise<Result> {
  const { config, store } = settingsAsked(flags, terminal);
  if (store !== undefined) return await withStore(store, rim, (opened) => work(storeKeeper(opened)));
  const dataDir = dataDirOf(config, terminal.environment);
  const served = join(dataDir, 'straykey.db');
  return await work(fileKeeper(rim.suppressionRules(dataDir), existsSync(served) ? served : undefined));
}

/** `served`: the store that `straykey serve` uses by default, when there is one. It does not read the file. */
function fileKeeper(shelf: RuleShelf, served: string | undefined): RuleKeeper {
  const note = served === undefined ? '' : `; straykey serve keeps its own: --store sqlite:${served}`;
  return {
    where: shelf.path,
    takesEffect: `at the next scan; scan --all shows what it hides${note}`,
    rules: async () => rulesOn(shelf),
    async keep(events) {
      const after = replayed(rulesOn(shelf), events);
      shelf.append(events);
      return after;
    },
    history: async (columns) => describeEvents(shelf.read().events, columns),
  };
}

function storeKeeper(store: Store): RuleKeeper {
  return {
    where: store.name,
    takesEffect: 'for findings written from now on; the API and the console show it',
    store,
    rules: () => rulesIn(store),
    keep: (events) =>
      store.atomically(async (inside) => {
        await waitForOthers(inside, events);
        const after = replayed(await rulesIn(inside), events);
        for (const event of events) await write(event, inside);
        return after;
      }),
    history: async (columns) => describeChanges(await changesIn(store), columns),
  };
}

function replayed(before: Rules, events: readonly RuleEvent[]): Rules {
  let rules = before;
  for (const event of events) {
    const step = replay(rules, event);
    if (step.kind === 'problem') {
      const known = step.detail.startsWith('there already') ? ' --replace changes it.' : '';
      throw new Exit(EXIT.usage, `Nothing was kept: ${step.detail}.${known}`);
    }
    rules = step.rules;
  }
  return rules;
}

/** Kind of the documents that hold filters; the API's own. A test compares. */
export const FILTER = 'filter';

/** Rules whose criteria this version cannot read hide nothing and are left out, as when findings are written. */
async function rulesIn({ documents }: Store): Promise<Rules> {
  const rules = (await documents.list<FilterBody>(FILTER)).flatMap(({ body }): (readonly [string, KeptReadyRule])[] => {
    const criteria = compile(body.findingCriteria);
    if (body.action !== 'ARCHIVE' || criteria.kind === 'problems') return [];
    const { description, expires, findingCriteria, name, rank, reason, updatedBy } = body;
    const rule = {
      name,
      ...(description !== undefined && { description }),
      rank,
      findingCriteria,
      ...(expires !== undefined && { expiresAt: expires }),
      createdAt: new Date(body.createdAt).toISOString(),
      updatedAt: new Date(body.updatedAt).toISOString(),
      by: updatedBy,
      reason: reason ?? 'no reason was given',
    };
    return [[name, { rule, criteria }]];
  });
  return new Map(rules);
}

/** Writers of filters wait for each other, here and in the API: the limit and the names speak of all of them. The row is only there to be locked. */
async function waitForOthers({ documents }: Store, [event]: readonly RuleEvent[]): Promise<void> {
  const at = event === undefined ? 0 : Date.parse(event.at);
  if (!(await documents.create('lock', 'filters', {}, at))) await documents.replace('lock', 'filters', {}, at);
}

async function write(event: RuleEvent, { audit, documents }: Store): Promise<void> {
  const { by, reason } = event;
  const at = Date.parse(event.at);
  const name = event.event === 'removed' ? event.name : event.rule.name;
  const known = await documents.get<FilterBody>(FILTER, name);
  if (event.event === 'removed') {
    await documents.remove(FILTER, name);
  } else {
    if (event.event === 'added' && known !== undefined) {
      throw new Exit(
        EXIT.usage,
        `Nothing was kept: there is a filter ${name} with action ${known.body.action} already.`,
      );
    }
    const body = bodyOf(event.rule, known?.body, { at, by, reason });
    if (known === undefined) await documents.create(FILTER, name, body, at, body.rank);
    else await documents.replace(FILTER, name, body, at, { rank: body.rank });
  }
  await audit.append({ at, by, reason, action: ACTIONS[event.event], subject: `filter/${name}`, ...detailOf(event) });
}

const ACTIONS = { added: 'filter.create', changed: 'filter.update', removed: 'filter.delete' } as const;

function detailOf(event: RuleEvent): Pick<AuditEntry, 'detail'> {
  if (event.event === 'removed') return {};
  const { expiresAt, findingCriteria, rank } = event.rule;
  return {
    detail: { action: 'ARCHIVE', rank, findingCriteria, ...(expiresAt !== undefined && { expires: expiresAt }) },
  };
}

function bodyOf(
  { description, expiresAt, findingCriteria, name, rank }: Rule,
  before: FilterBody | undefined,
  { at, by, reason }: { readonly at: number; readonly by: string; readonly reason: string },
): FilterBody {
  return {
    name,
    ...(description !== undefined && { description }),
    action: 'ARCHIVE',
    rank,
    findingCriteria,
    tags: before?.tags ?? {},
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
    createdBy: before?.createdBy ?? by,
    updatedBy: by,
    reason,
    ...(expiresAt !== undefined && { expires: expiresAt }),
  };
}

/** Changes of filters looked through for the history. */
const MOST_CHANGES = 10_000;

async function changesIn({ audit }: Store): Promise<readonly AuditEntry[]> {
  const entries = await audit.list({ limit: MOST_CHANGES });
  return entries.filter(({ action }) => action.startsWith('filter.')).reverse();
}
