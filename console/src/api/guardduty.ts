import { newToken } from '../kit/token.ts';
import type { Client } from './client.ts';
import type { Criteria, Finding } from './types.ts';

export interface Sort {
  readonly attributeName: string;
  readonly orderBy: 'ASC' | 'DESC';
}

export interface FindingPage {
  readonly findings: readonly Finding[];
  readonly next?: string;
}

/** GuardDuty takes at most this many ids in one request. */
const MOST_IDS = 50;

/**
 * A page may come short, even empty, with more behind it: the server looks at some hundred findings a time. So many times we go on by
 * ourselves: enough to look through 100,000 findings for one that no index finds.
 */
const MOST_ROUNDS = 300;

export type ListKind = 'ipset' | 'threatintelset';

/** An IP set or threat intelligence set; GuardDuty names only their ids differently. */
export interface AddressList {
  readonly id: string;
  readonly name: string;
  readonly format: string;
  readonly location: string;
  readonly status: string;
}

export interface NewFilter {
  readonly name: string;
  readonly description: string;
  readonly action: 'ARCHIVE' | 'NOOP';
  readonly rank: number;
  readonly findingCriteria: Criteria;
}

/** GuardDuty's REST operations, at the same origin; the session's cookie takes the place of a signature. */
export interface GuardDuty {
  findings(
    criteria: Criteria,
    sort: Sort,
    size: number,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<FindingPage>;
  finding(id: string, signal: AbortSignal): Promise<Finding | undefined>;
  countBySeverity(criteria: Criteria, signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  archive(ids: readonly string[], archived: boolean): Promise<void>;
  feedback(ids: readonly string[], feedback: 'USEFUL' | 'NOT_USEFUL', comments: string): Promise<void>;
  createFilter(filter: NewFilter): Promise<void>;
  updateFilter(filter: NewFilter): Promise<void>;
  deleteFilter(name: string): Promise<void>;
  lists(kind: ListKind, signal: AbortSignal): Promise<readonly AddressList[]>;
  createList(
    kind: ListKind,
    list: { name: string; format: string; location: string; activate: boolean },
  ): Promise<void>;
  activateList(kind: ListKind, id: string, activate: boolean): Promise<void>;
  deleteList(kind: ListKind, id: string): Promise<void>;
}

export function guardDuty(client: Client, detectorId: string): GuardDuty {
  const at = `/detector/${encodeURIComponent(detectorId)}`;
  const idName = { ipset: 'ipSetIds', threatintelset: 'threatIntelSetIds' } as const;
  async function get(ids: readonly string[], sort: Sort | undefined, signal: AbortSignal): Promise<readonly Finding[]> {
    if (ids.length === 0) return [];
    const body = { findingIds: ids, ...(sort === undefined ? {} : { sortCriteria: sort }) };
    const answer = await client.send<{ findings: readonly Finding[] }>('POST', `${at}/findings/get`, body, signal);
    return answer.findings;
  }
  return {
    findings: async (findingCriteria, sortCriteria, size, token, signal) => {
      const ids: string[] = [];
      let next = token;
      for (let round = 0; round < MOST_ROUNDS && ids.length < size; round++) {
        const listed = await client.send<{ findingIds: readonly string[]; nextToken?: string }>(
          'POST',
          `${at}/findings`,
          { findingCriteria, sortCriteria, maxResults: size - ids.length, ...(next ? { nextToken: next } : {}) },
          signal,
        );
        ids.push(...listed.findingIds);
        next = listed.nextToken;
        if (!next) break;
      }
      const found = new Map((await get(ids, sortCriteria, signal)).map((finding) => [finding.id, finding]));
      // In the order of the list: the second question may sort by less than the first.
      return { findings: ids.flatMap((id) => found.get(id) ?? []), ...(next ? { next } : {}) };
    },
    finding: async (id, signal) => (await get([id], undefined, signal))[0],
    countBySeverity: async (findingCriteria, signal) => {
      const body = { findingStatisticTypes: ['COUNT_BY_SEVERITY'], findingCriteria };
      const answer = await client.send<{ findingStatistics: { countBySeverity?: Record<string, number> } }>(
        'POST',
        `${at}/findings/statistics`,
        body,
        signal,
      );
      return answer.findingStatistics.countBySeverity ?? {};
    },
    archive: (ids, archived) =>
      inPieces(ids, (findingIds) =>
        client.send('POST', `${at}/findings/${archived ? 'archive' : 'unarchive'}`, { findingIds }),
      ),
    feedback: (ids, feedback, comments) =>
      inPieces(ids, (findingIds) =>
        client.send('POST', `${at}/findings/feedback`, {
          findingIds,
          feedback,
          ...(comments === '' ? {} : { comments }),
        }),
      ),
    createFilter: async (filter) => {
      await client.send('POST', `${at}/filter`, { ...filter, clientToken: newToken() });
    },
    updateFilter: async ({ name, ...filter }) => {
      await client.send('POST', `${at}/filter/${encodeURIComponent(name)}`, filter);
    },
    deleteFilter: async (name) => {
      await client.send('DELETE', `${at}/filter/${encodeURIComponent(name)}`);
    },
    lists: async (kind, signal) => {
      const answer = await client.get<Record<string, readonly string[]>>(`${at}/${kind}?maxResults=50`, signal);
      return await Promise.all(
        (answer[idName[kind]] ?? []).map(async (id) => ({
          ...(await client.get<Omit<AddressList, 'id'>>(`${at}/${kind}/${encodeURIComponent(id)}`, signal)),
          id,
        })),
      );
    },
    createList: async (kind, list) => {
      await client.send('POST', `${at}/${kind}`, { ...list, clientToken: newToken() });
    },
    activateList: async (kind, id, activate) => {
      await client.send('POST', `${at}/${kind}/${encodeURIComponent(id)}`, { activate });
    },
    deleteList: async (kind, id) => {
      await client.send('DELETE', `${at}/${kind}/${encodeURIComponent(id)}`);
    },
  };
}

async function inPieces(ids: readonly string[], send: (ids: readonly string[]) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < ids.length; i += MOST_IDS) await send(ids.slice(i, i + MOST_IDS));
}
