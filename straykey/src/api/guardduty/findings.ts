import { createHash } from 'node:crypto';
import type { Finding } from '../../findings/index.ts';
import { type FindingColumn, type FindingPlace, presented } from '../../store/index.ts';
import { byText, parsed } from './pages.ts';
import type { Call, Operation } from './ports.ts';
import { findingIdsIn, type Input, oneOf, textIn, wholeIn } from './read-input.ts';
import { rejected, SENTENCES, wrong } from './rejection.ts';
import { createSampleFindings } from './samples.ts';
import { columnOf, type Order, searchIds, searchIn } from './search.ts';
import { getFindingsStatistics } from './statistics.ts';

export const findingOperations: Readonly<Record<string, Operation>> = {
  ListFindings: { write: false, run: listFindings },
  GetFindings: { write: false, run: getFindings },
  GetFindingsStatistics: { write: false, run: getFindingsStatistics },
  ArchiveFindings: { write: true, run: archiveFindings },
  UnarchiveFindings: { write: true, run: unarchiveFindings },
  UpdateFindingsFeedback: { write: true, run: updateFindingsFeedback },
  CreateSampleFindings: { write: true, run: createSampleFindings },
};

async function listFindings({ input, ports }: Call): Promise<object> {
  const search = searchIn(input);
  const limit = wholeIn(input, 'maxResults', 1, 50) ?? 50;
  const order = orderIn(input);
  const asked = createHash('sha256')
    .update(JSON.stringify([search.criteria.criteria, order.column, order.descending]))
    .digest('base64url')
    .slice(0, 16);
  const after = placeIn(input.nextToken, asked, order.column);
  const { ids, next } = await searchIds(ports.store, search, order, after, limit);
  return {
    findingIds: ids,
    nextToken: next === undefined ? '' : tokenFor(asked, next),
  };
}

interface SortCriteria {
  readonly attributeName?: string;
  readonly orderBy?: string;
}

/**
 * Newest first unless asked otherwise. First seen, not last: a finding that is updated while somebody turns pages keeps its place, so none is
 * missed. Attributes that no index holds are refused rather than sorted in memory.
 */
function orderIn({ sortCriteria = {} }: Input): Order {
  const { attributeName, orderBy } = sortCriteria as SortCriteria;
  if (orderBy !== undefined && orderBy !== 'ASC' && orderBy !== 'DESC') {
    throw wrong('sortCriteria', 'orderBy: expected ASC or DESC');
  }
  if (attributeName === undefined) return { column: 'createdAt', descending: orderBy !== 'ASC' };
  const column = columnOf(attributeName);
  if (column === undefined) {
    throw wrong('sortCriteria', `findings cannot be sorted by ${JSON.stringify(attributeName.slice(0, 200))}`);
  }
  return { column, descending: orderBy === 'DESC' };
}

/**
 * A token says where the page before ended and which question it was of. It is checked, not signed: a forged one makes a page begin elsewhere in
 * what the caller may read anyway.
 */
function tokenFor(asked: string, { value, id }: FindingPlace): string {
  return Buffer.from(JSON.stringify([1, asked, value, id])).toString('base64url');
}

const NUMBERS: ReadonlySet<FindingColumn> = new Set(['severity', 'archived', 'count', 'createdAt', 'updatedAt']);

function placeIn(token: unknown, asked: string, column: FindingColumn): FindingPlace | undefined {
  if (token === undefined || token === '') return undefined;
  const [version, of, value, id, ...rest] = listIn(parsed(String(token)));
  const typed = NUMBERS.has(column) ? Number.isFinite(value) : typeof value === 'string';
  if (version !== 1 || of !== asked || !typed || typeof id !== 'string' || rest.length > 0) {
    throw wrong('nextToken', 'expected the token of the page before, with the same criteria and order');
  }
  return { value: value as string | number, id };
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

async function getFindings({ input, ports }: Call): Promise<object> {
  const ids = findingIdsIn(input);
  const findings = (await ports.store.findings.get(ids)).map(presented).map(toWire);
  const { attributeName } = (input.sortCriteria ?? {}) as SortCriteria;
  if (attributeName === undefined) return { findings };
  const { column, descending } = orderIn(input);
  const order = (
    await ports.store.findings.places({
      where: [{ column: 'id', operator: 'in', values: ids }],
      orderBy: column,
      descending,
      limit: ids.length,
    })
  ).map(({ id }) => id);
  return { findings: findings.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id) || byText(a.id, b.id)) };
}

/**
 * A finding as the API sends it. Its own times are texts there too; only `lambdaDetails.lastModifiedAt` would have to become epoch seconds, and
 * Straykey does not know it.
 */
function toWire(finding: Finding): Finding {
  return finding;
}

async function archiveFindings(call: Call): Promise<object> {
  const ids = findingIdsIn(call.input);
  const how = { at: call.ports.now(), by: call.caller.user };
  await call.ports.store.findings.archive(ids, { kind: 'person' }, how);
  return {};
}

async function unarchiveFindings(call: Call): Promise<object> {
  const ids = findingIdsIn(call.input);
  await call.ports.store.findings.unarchive(ids, { at: call.ports.now(), by: call.caller.user });
  return {};
}

async function updateFindingsFeedback(call: Call): Promise<object> {
  const ids = findingIdsIn(call.input);
  const verdict = oneOf(call.input, 'feedback', ['USEFUL', 'NOT_USEFUL']);
  if (verdict === undefined) throw rejected(SENTENCES.parameter('feedback'));
  const comment = textIn(call.input, 'comments', /^.{0,4096}$/s, 'at most 4096 characters');
  await call.ports.store.findings.feedback(
    ids,
    { verdict, ...(comment === undefined || comment === '' ? {} : { comment }) },
    {
      at: call.ports.now(),
      by: call.caller.user,
      ...(comment === undefined || comment === '' ? {} : { reason: comment }),
    },
  );
  return {};
}
