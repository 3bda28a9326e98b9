import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import type { Finding } from '../../api/types.ts';
import { callerOf, evidenceOf, resourceOf } from '../../kit/evidence.ts';
import { number } from '../../kit/numbers.ts';
import { href, useRoute } from '../../kit/route.ts';
import { ago, clock } from '../../kit/time.ts';
import { useNow } from '../../kit/use-now.ts';
import { isolated } from '../../kit/visible.ts';
import { Severity } from '../../parts/severity.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Mono, Words } from '../../parts/words.tsx';

type Column = TableProps.ColumnDefinition<Finding> & { readonly id: string };

/**
 * `sortingField` is GuardDuty's attribute name: the server sorts. Cells take what changes (the open finding, the filter, the time) from hooks, so
 * that the rows are drawn again for new findings only.
 */
export const COLUMNS: readonly Column[] = [
  {
    id: 'resource',
    header: 'Credential of',
    isRowHeader: true,
    width: 190,
    minWidth: 140,
    cell: (finding) => <Name finding={finding} />,
  },
  {
    id: 'severity',
    header: 'Severity',
    sortingField: 'severity',
    width: 125,
    minWidth: 120,
    cell: ({ severity }) => <Severity value={severity} />,
  },
  { id: 'caller', header: 'Used from', width: 210, minWidth: 140, cell: (finding) => <Caller finding={finding} /> },
  {
    id: 'count',
    header: 'Calls',
    sortingField: 'service.count',
    width: 90,
    minWidth: 80,
    cell: ({ service }) => number(service.count),
  },
  {
    id: 'updated',
    header: 'Last call',
    sortingField: 'updatedAt',
    width: 150,
    minWidth: 110,
    cell: ({ updatedAt }) => <Age at={updatedAt} />,
  },
  {
    id: 'account',
    header: 'Account',
    sortingField: 'accountId',
    width: 140,
    minWidth: 120,
    cell: ({ accountId }) => <Mono>{accountId}</Mono>,
  },
  {
    id: 'region',
    header: 'Region',
    sortingField: 'region',
    width: 120,
    minWidth: 100,
    cell: ({ region }) => <Words>{region}</Words>,
  },
  {
    id: 'confidence',
    header: 'Confidence',
    width: 120,
    minWidth: 110,
    cell: (finding) => <Confidence finding={finding} />,
  },
  {
    id: 'created',
    header: 'First call (UTC)',
    sortingField: 'createdAt',
    width: 170,
    minWidth: 150,
    cell: ({ createdAt }) => <Stamp at={createdAt} />,
  },
  {
    id: 'key',
    header: 'Access key',
    width: 200,
    minWidth: 140,
    cell: ({ resource }) => <Mono>{resource.accessKeyDetails?.accessKeyId}</Mono>,
  },
  {
    id: 'api',
    header: 'Newest API call',
    width: 180,
    minWidth: 120,
    cell: ({ service }) => <Words>{service.action.awsApiCallAction?.api}</Words>,
  },
  {
    id: 'status',
    header: 'Status',
    width: 110,
    minWidth: 100,
    cell: ({ service }) => (
      <StatusIndicator type={service.archived ? 'stopped' : 'pending'}>
        {service.archived ? 'Archived' : 'Current'}
      </StatusIndicator>
    ),
  },
  {
    id: 'feedback',
    header: 'Feedback',
    width: 110,
    minWidth: 100,
    cell: ({ service }) => FEEDBACK[service.userFeedback ?? ''] ?? '–',
  },
  {
    id: 'type',
    header: 'Finding type',
    sortingField: 'type',
    width: 300,
    minWidth: 160,
    cell: ({ type }) => <Words>{type}</Words>,
  },
];

const SHOWN_FIRST: ReadonlySet<string> = new Set([
  'resource',
  'severity',
  'caller',
  'count',
  'updated',
  'account',
  'region',
  'confidence',
]);

export const COLUMN_CHOICES = COLUMNS.map(({ id, header }) => ({
  id,
  label: String(header),
  alwaysVisible: id === 'resource',
}));

export const FIRST_COLUMNS = COLUMNS.map(({ id }) => ({ id, visible: SHOWN_FIRST.has(id) }));

const FEEDBACK: Readonly<Record<string, string>> = { USEFUL: 'Useful', NOT_USEFUL: 'Not useful' };

function Name({ finding }: { readonly finding: Finding }) {
  const { path, query } = useRoute();
  return (
    <span className={finding.id === path[1] ? 'selected-row' : undefined}>
      <Link
        href={href(['findings', finding.id], Object.fromEntries(query))}
        ariaLabel={`Evidence of ${isolated(finding.title)}`}
      >
        <Words>{resourceOf(finding)}</Words>
      </Link>
    </span>
  );
}

function Age({ at }: { readonly at: string }) {
  return <span title={`${clock(at)} UTC`}>{ago(at, useNow())}</span>;
}

function Caller({ finding }: { readonly finding: Finding }) {
  const remote = finding.service.action.awsApiCallAction?.remoteIpDetails;
  const whose = [remote?.organization?.asnOrg, remote?.country?.countryCode ?? remote?.country?.countryName].filter(
    Boolean,
  );
  return (
    <>
      <Mono>{callerOf(finding)}</Mono>
      {whose.length === 0 ? null : (
        <div className="second">
          <Words>{whose.join(', ')}</Words>
        </div>
      )}
    </>
  );
}

function Confidence({ finding }: { readonly finding: Finding }) {
  const level = evidenceOf(finding)?.confidence.level;
  if (level === undefined) return '–';
  return <>{level.slice(0, 1).toUpperCase() + level.slice(1)}</>;
}
