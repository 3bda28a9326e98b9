import {
  checkRule,
  compile,
  type FindingCriteria,
  isOver,
  MOST_RULES,
  type ReadyRule,
  type Rule,
  suppresses,
} from '../../criteria/index.ts';
import type { Finding } from '../../findings/index.ts';
import type { Document, Store } from '../../store/index.ts';
import { type MadeBy, madeBefore, madeBy } from './idempotence.ts';
import { pageOf } from './pages.ts';
import type { Call, Operation } from './ports.ts';
import { LAST_RANK, ranksAfter } from './ranks.ts';
import { oneOf, textIn, wholeIn } from './read-input.ts';
import { problem, rejected, SENTENCES, wrong } from './rejection.ts';
import { type Tags, tagsIn } from './tag-rules.ts';
import type { TagShelf } from './tags.ts';

/** Store documents of this kind hold filters; the id is the name, the document's rank the filter's. */
export const FILTER = 'filter';

/** Counters that whoever writes findings adds to: GuardDuty's metrics FindingsMatchedByFilter and FindingsSuppressedByFilter. */
export const MATCHED = 'filter-matched:';
export const SUPPRESSED = 'filter-suppressed:';

export interface FilterBody extends MadeBy {
  readonly name: string;
  readonly description?: string;
  readonly action: 'NOOP' | 'ARCHIVE';
  readonly rank: number;
  /** As given: `eq` stays `eq`. */
  readonly findingCriteria: FindingCriteria;
  readonly tags: Tags;
  /** 1 at first, one more with every successful UpdateFilter, also one that changes nothing. */
  readonly version: number;
  /** Epoch milliseconds. A rank that another filter's coming pushed down does not count as a change. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
  readonly updatedBy: string;
  /** Ours: why, and the ISO time from which on it does nothing. */
  readonly reason?: string;
  readonly expires?: string;
}

/** A filter whose criteria are compiled, in force at a time. */
export interface ActiveFilter extends ReadyRule {
  readonly action: 'NOOP' | 'ARCHIVE';
}

/** The suppression rules in force (filters with action ARCHIVE that are not over), by rank and name: what `criteria/`'s `archive` takes. */
export async function activeRules(store: Store, now: number): Promise<Rule[]> {
  return (await activeFilters(store, now)).filter(({ action }) => action === 'ARCHIVE').map(({ rule }) => rule);
}

/** All filters in force, by rank and name. One whose criteria this version cannot read is left out: it hides nothing. */
export async function activeFilters(store: Store, now: number): Promise<ActiveFilter[]> {
  return (await store.documents.list<FilterBody>(FILTER)).flatMap(({ body }) => {
    const rule = ruleOf(body);
    const criteria = compile(rule.findingCriteria);
    return criteria.kind === 'problems' || isOver(rule, now) ? [] : [{ rule, criteria, action: body.action }];
  });
}

export interface Filtered {
  /** The suppression rule of lowest rank that names everything the finding stands for. */
  readonly suppressedBy?: string;
  /** What to add to the store's counters, in the transaction that writes the finding. */
  readonly counters: readonly { readonly name: string; readonly by: number }[];
}

/**
 * What filters say of a finding that is written. Every match counts, but only one rule archives. A finding that stands for calls which a rule
 * does not name is not suppressed by it: this errs towards showing.
 */
export function applyFilters(filters: readonly ActiveFilter[], finding: Finding): Filtered {
  const matched = filters.filter(({ action, criteria }) =>
    action === 'ARCHIVE' ? suppresses(criteria, finding) : criteria.matches(finding),
  );
  const suppressedBy = matched.find(({ action }) => action === 'ARCHIVE')?.rule.name;
  return {
    ...(suppressedBy === undefined ? {} : { suppressedBy }),
    counters: [
      ...matched.map(({ rule }) => ({ name: `${MATCHED}${rule.name}`, by: 1 })),
      ...(suppressedBy === undefined ? [] : [{ name: `${SUPPRESSED}${suppressedBy}`, by: 1 }]),
    ],
  };
}

/** What `criteria/` needs of a filter. */
export function ruleOf({ name, description, rank, findingCriteria, expires }: FilterBody): Rule {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    rank,
    findingCriteria,
    ...(expires === undefined ? {} : { expiresAt: expires }),
  };
}

export const filterOperations: Readonly<Record<string, Operation>> = {
  CreateFilter: { write: true, run: createFilter },
  GetFilter: { write: false, run: getFilter },
  UpdateFilter: { write: true, run: updateFilter },
  DeleteFilter: { write: true, run: deleteFilter },
  ListFilters: {
    write: false,
    run: async ({ input, ports }) => {
      const page = pageOf(
        (await ports.store.documents.list(FILTER)).map(({ id }) => id),
        input,
      );
      return { filterNames: page.ids, ...page.more };
    },
  },
};

export const filterTags: TagShelf = {
  read: async ({ ports }, id) => (await ports.store.documents.get<FilterBody>(FILTER, id))?.body.tags,
  write: async ({ ports }, id, tags) => {
    const { body, rank } = (await ports.store.documents.get<FilterBody>(FILTER, id))!;
    await ports.store.documents.replace(FILTER, id, { ...body, tags }, ports.now(), { rank });
  },
};

async function createFilter(call: Call): Promise<object> {
  const { input, caller, ports } = call;
  const made = madeBy(input);
  const at = ports.now();
  const name = input.name as string;
  await ports.store.atomically(async (store) => {
    await oneAtATime(store, at);
    const filters = await store.documents.list<FilterBody>(FILTER);
    if (madeBefore(filters, made) !== undefined) return;
    if (filters.some(({ id }) => id === name)) throw rejected(SENTENCES.filterExists);
    if (filters.length >= MOST_RULES) throw rejected(SENTENCES.limit, `at most ${MOST_RULES} filters`);
    const given = settingsFrom(call);
    const body: FilterBody = {
      ...made,
      name,
      ...(given.description === undefined ? {} : { description: given.description }),
      action: given.action ?? 'NOOP',
      rank: given.rank ?? nextRank(filters),
      findingCriteria: input.findingCriteria as FindingCriteria,
      tags: tagsIn(input),
      version: 1,
      createdAt: at,
      updatedAt: at,
      createdBy: caller.user,
      updatedBy: caller.user,
    };
    check(body);
    await makeRoom(store, filters, body.rank, at);
    await store.documents.create(FILTER, name, body, at, body.rank);
    await audit(store, 'filter.create', call, body);
  });
  return { name };
}

async function getFilter({ input, ports }: Call): Promise<object> {
  const { body } = await filterNamed(ports.store, input.FilterName as string);
  return {
    name: body.name,
    ...(body.description === undefined ? {} : { description: body.description }),
    action: body.action,
    rank: body.rank,
    findingCriteria: body.findingCriteria,
    tags: body.tags,
    createdAt: body.createdAt / 1000,
    updatedAt: body.updatedAt / 1000,
    version: body.version,
  };
}

async function updateFilter(call: Call): Promise<object> {
  const { input, caller, ports } = call;
  const at = ports.now();
  const name = input.FilterName as string;
  await ports.store.atomically(async (store) => {
    await oneAtATime(store, at);
    const { body: before } = await filterNamed(store, name);
    const given = settingsFrom(call);
    const body: FilterBody = {
      ...before,
      ...given,
      ...(input.findingCriteria === undefined ? {} : { findingCriteria: input.findingCriteria as FindingCriteria }),
      version: before.version + 1,
      updatedAt: at,
      updatedBy: caller.user,
    };
    check(body);
    if (body.rank !== before.rank) {
      const others = (await store.documents.list<FilterBody>(FILTER)).filter(({ id }) => id !== name);
      await makeRoom(store, others, body.rank, at);
    }
    await store.documents.replace(FILTER, name, body, at, { rank: body.rank });
    await audit(store, 'filter.update', call, body);
  });
  return { name };
}

async function deleteFilter(call: Call): Promise<object> {
  const name = call.input.FilterName as string;
  await call.ports.store.atomically(async (store) => {
    const { body } = await filterNamed(store, name);
    await store.documents.remove(FILTER, name);
    await audit(store, 'filter.delete', call, body);
  });
  return {};
}

async function filterNamed(store: Store, name: string): Promise<Document<FilterBody>> {
  const found = await store.documents.get<FilterBody>(FILTER, name);
  if (found === undefined) throw rejected(SENTENCES.noSuchResource);
  return found;
}

function settingsFrom({ input }: Call): Partial<Pick<FilterBody, 'description' | 'action' | 'rank'>> {
  const description = textIn(input, 'description', /^.{0,512}$/s, 'at most 512 characters');
  const action = oneOf(input, 'action', ['NOOP', 'ARCHIVE']);
  const rank = wholeIn(input, 'rank', 1, LAST_RANK);
  return {
    ...(description === undefined ? {} : { description }),
    ...(action === undefined ? {} : { action }),
    ...(rank === undefined ? {} : { rank }),
  };
}

/** Name, description and criteria by the limits of `criteria/`, whose problems are in GuardDuty's own words. */
function check({ name, description, rank, findingCriteria }: FilterBody): void {
  const checked = checkRule({ name, description, rank, findingCriteria });
  if (checked.kind === 'problems') throw problem(checked.problems);
}

/** After the others; where that is over the last rank, the highest one that is free. */
function nextRank(filters: readonly Document<FilterBody>[]): number {
  const taken = new Set(filters.map(({ body }) => body.rank));
  const last = Math.max(0, ...taken);
  if (last < LAST_RANK) return last + 1;
  for (let rank = LAST_RANK; rank > 1; rank--) if (!taken.has(rank)) return rank;
  return 1;
}

async function makeRoom(
  store: Store,
  others: readonly Document<FilterBody>[],
  rank: number,
  at: number,
): Promise<void> {
  const moves = ranksAfter(
    others.map(({ body }) => body),
    rank,
  );
  if (moves === undefined) throw wrong('rank', 'no rank is free');
  for (const [name, to] of moves) {
    const { body } = others.find(({ id }) => id === name)!;
    await store.documents.replace(FILTER, name, { ...body, rank: to }, at, { rank: to });
  }
}

/** Writers of filters wait for each other: ranks and the limit speak of all of them. The row is only there to be locked. */
async function oneAtATime(store: Store, at: number): Promise<void> {
  if (!(await store.documents.create('lock', 'filters', {}, at)))
    await store.documents.replace('lock', 'filters', {}, at);
}

async function audit(store: Store, action: string, { caller, ports }: Call, body: FilterBody): Promise<void> {
  await store.audit.append({
    at: ports.now(),
    by: caller.user,
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    action,
    subject: `filter/${body.name}`,
    detail: { action: body.action, rank: body.rank, version: body.version, findingCriteria: body.findingCriteria },
  });
}
