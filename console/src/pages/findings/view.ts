import type { Criteria } from '../../api/types.ts';
import { criteriaOf, packTokens, type Token, unpackTokens } from './fields.ts';

export const STATUSES = [
  { id: 'current', text: 'Current' },
  { id: 'archived', text: 'Archived' },
  { id: 'all', text: 'All' },
] as const;
export type Status = (typeof STATUSES)[number]['id'];

/** What the findings page shows. Stands in the page's address, so that it can be linked to, gone back to and saved. */
export interface View {
  readonly tokens: readonly Token[];
  readonly status: Status;
  /** GuardDuty's attribute name. */
  readonly sort: string;
  readonly descending: boolean;
}

export const NEWEST_FIRST: View = { tokens: [], status: 'current', sort: 'updatedAt', descending: true };

export function viewOf(query: URLSearchParams): View {
  return {
    tokens: unpackTokens(query.get('q')),
    status: STATUSES.find(({ id }) => id === query.get('status'))?.id ?? 'current',
    sort: query.get('sort') ?? 'updatedAt',
    descending: query.get('order') !== 'asc',
  };
}

export function queryOf(view: View): Readonly<Record<string, string | undefined>> {
  return {
    q: packTokens(view.tokens),
    status: view.status === 'current' ? undefined : view.status,
    sort: view.sort === 'updatedAt' ? undefined : view.sort,
    order: view.descending ? undefined : 'asc',
  };
}

export function criteriaOfView({ tokens, status }: View): Criteria {
  const { criterion } = criteriaOf(tokens);
  if (status === 'all') return { criterion };
  return { criterion: { ...criterion, 'service.archived': { equals: [String(status === 'archived')] } } };
}
