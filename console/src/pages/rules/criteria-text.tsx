import type { Condition, Criteria } from '../../api/types.ts';
import { clock } from '../../kit/time.ts';
import { Words } from '../../parts/words.tsx';
import { labelOf } from '../findings/fields.ts';

const SAYS: Readonly<Record<string, string>> = {
  equals: 'is',
  eq: 'is',
  notEquals: 'is not',
  neq: 'is not',
  matches: 'is like',
  notMatches: 'is not like',
  greaterThan: 'is over',
  gt: 'is over',
  greaterThanOrEqual: 'is at least',
  gte: 'is at least',
  lessThan: 'is under',
  lt: 'is under',
  lessThanOrEqual: 'is at most',
  lte: 'is at most',
};

/** Criteria as sentences: one line a field. */
export function CriteriaText({ criteria }: { readonly criteria: Criteria }) {
  return (
    <ul className="criteria">
      {Object.entries(criteria.criterion ?? {}).map(([field, condition]) => (
        <li key={field}>
          <strong>
            <Words>{labelOf(field)}</Words>
          </strong>{' '}
          {conditions(field, condition).map(([says, value], i) => (
            <span key={says}>
              {i > 0 ? ' and ' : ''}
              {says} <Words>{value}</Words>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function conditions(field: string, condition: Condition): readonly (readonly [string, string])[] {
  return Object.entries(condition).map(([member, value]: [string, unknown]) => {
    const says = SAYS[member] ?? member;
    if (Array.isArray(value)) return [says, value.map(String).join(' or ')] as const;
    const time =
      /At$|Seen$/.test(field) && typeof value === 'number' ? clock(new Date(value).toISOString()) : String(value);
    return [says, time] as const;
  });
}
