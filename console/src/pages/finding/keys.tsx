import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { Evidence } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { clock } from '../../kit/time.ts';
import { Stamp } from '../../parts/stamp.tsx';
import { Mono, MonoWithCopy, Words } from '../../parts/words.tsx';
import { Small, smallTable } from './small-table.tsx';

/** The keys that were used outside, and what was made with them: those live on when the role is revoked. */
export function Keys({ evidence }: { readonly evidence: Evidence }) {
  const { keys, derived } = evidence;
  return (
    <SpaceBetween size="l">
      {derived.total === 0 ? null : (
        <Alert
          type="warning"
          header={`${counted(derived.total, 'further credential was', 'further credentials were')} made with these keys`}
        >
          Revoking the role does not revoke them. The response plan says how to.
        </Alert>
      )}
      <Table
        {...smallTable('Access keys', keys)}
        header={
          <Small title="Access keys used outside" list={keys}>
            Lambda's keys change every few hours: several keys can be one theft
          </Small>
        }
        columnDefinitions={[
          {
            id: 'key',
            header: 'Access key ID',
            isRowHeader: true,
            minWidth: 190,
            cell: ({ accessKeyId }) => <MonoWithCopy text={accessKeyId} what={accessKeyId} />,
          },
          { id: 'first', header: 'First call (UTC)', minWidth: 140, cell: ({ firstSeen }) => <Stamp at={firstSeen} /> },
          { id: 'last', header: 'Last call (UTC)', minWidth: 140, cell: ({ lastSeen }) => <Stamp at={lastSeen} /> },
          { id: 'calls', header: 'Calls', minWidth: 80, cell: ({ calls }) => number(calls) },
        ]}
      />
      <Table
        {...smallTable('Derived credentials', derived)}
        header={<Small title="Derived credentials" list={derived} />}
        columnDefinitions={[
          {
            id: 'key',
            header: 'Access key ID',
            isRowHeader: true,
            minWidth: 190,
            cell: ({ accessKeyId }) =>
              accessKeyId ? <MonoWithCopy text={accessKeyId} what={accessKeyId} /> : 'not recorded',
          },
          { id: 'by', header: 'Made by', minWidth: 120, cell: ({ by }) => <Words>{by}</Words> },
          { id: 'as', header: 'Acts as', minWidth: 200, cell: ({ actsAs }) => <Words>{actsAs}</Words> },
          { id: 'from', header: 'With key', minWidth: 190, cell: ({ parentKey }) => <Mono>{parentKey}</Mono> },
          {
            id: 'time',
            header: 'When (UTC)',
            minWidth: 140,
            cell: ({ time }) => clock(new Date(time * 1000).toISOString()),
          },
          { id: 'calls', header: 'Calls', minWidth: 80, cell: ({ calls }) => number(calls) },
        ]}
      />
    </SpaceBetween>
  );
}
