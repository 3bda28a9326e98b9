import type { FindingCriteria } from './finding-criteria.ts';
import type { Rule } from './rule.ts';

/** A suppression rule as GuardDuty's CreateFilter takes it. */
export interface CreateFilter {
  readonly name: string;
  readonly description?: string;
  readonly action: 'ARCHIVE';
  readonly rank: number;
  readonly findingCriteria: FindingCriteria;
}

/** What GuardDuty can keep of a rule. It knows no expiry and no reason. */
export function createFilterOf({ name, description, rank, findingCriteria }: Rule): CreateFilter {
  return { name, ...(description === undefined ? {} : { description }), action: 'ARCHIVE', rank, findingCriteria };
}

export type FilterRead =
  | {
      readonly kind: 'filter';
      readonly name: string;
      readonly description?: string;
      readonly action: string;
      readonly rank?: number;
      readonly findingCriteria: unknown;
    }
  | { readonly kind: 'problem'; readonly detail: string };

/** Members of filters that say nothing about what is matched. */
const NOT_OURS = ['detectorId', 'clientToken', 'tags', 'createdAt', 'updatedAt', 'version'];

/**
 * One filter out of a document: CreateFilter's request, GetFilter's answer, or the `suppression` of a finding's evidence. Takes the members in
 * the wire's spelling (`findingCriteria`) and in that of the AWS CLI and SDKs (`FindingCriteria`). Values are checked by `checkRule`.
 */
export function filterFrom(document: unknown): FilterRead {
  const outer = membersOf(document);
  const members = outer?.has('rule') ? membersOf(outer.get('rule')) : outer;
  if (members === undefined) return problem('expected a filter: an object with name and findingCriteria');
  for (const member of members.keys()) {
    if (!KNOWN.has(member)) return problem(`a filter has no member ${JSON.stringify(member)}`);
  }
  const name = members.get('name');
  const description = members.get('description');
  const rank = members.get('rank');
  const action = members.get('action') ?? 'NOOP';
  if (typeof name !== 'string') return problem('name: expected text');
  if (description !== undefined && typeof description !== 'string') return problem('description: expected text');
  if (rank !== undefined && typeof rank !== 'number') return problem('rank: expected a number');
  if (typeof action !== 'string') return problem('action: expected ARCHIVE or NOOP');
  return {
    kind: 'filter',
    name,
    action,
    ...(description === undefined || description === '' ? {} : { description }),
    ...(rank === undefined ? {} : { rank }),
    findingCriteria: wireCriteria(members.get('findingCriteria')),
  };
}

const KNOWN: ReadonlySet<string> = new Set(['name', 'description', 'action', 'rank', 'findingCriteria', ...NOT_OURS]);

/** Members by their name on the wire: first letter small. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value).map(([key, each]) => [wireName(key), each]));
}

function wireName(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

/** Names of fields stay as they are: only the members that the model names have two spellings. */
function wireCriteria(value: unknown): unknown {
  const criteria = membersOf(value);
  const criterion = criteria?.get('criterion');
  if (criteria === undefined || typeof criterion !== 'object' || criterion === null) return value;
  const conditions = Object.entries(criterion).map(([field, condition]: [string, unknown]) => {
    const members = membersOf(condition);
    return [field, members === undefined ? condition : Object.fromEntries(members)] as const;
  });
  return Object.fromEntries([...criteria, ['criterion', Object.fromEntries(conditions)]]);
}

function problem(detail: string): FilterRead {
  return { kind: 'problem', detail };
}
