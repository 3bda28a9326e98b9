import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table from '@cloudscape-design/components/table';
import type { FindingLine } from '../../api/types.ts';
import { number } from '../../kit/numbers.ts';
import { go, href } from '../../kit/route.ts';
import { ago, clock } from '../../kit/time.ts';
import { useNow } from '../../kit/use-now.ts';
import { isolated } from '../../kit/visible.ts';
import { Empty } from '../../parts/empty.tsx';
import { Severity } from '../../parts/severity.tsx';
import { Mono, Words } from '../../parts/words.tsx';

/** The newest open findings: one click from their evidence. */
export function NewestFindings({
  findings,
  active,
}: {
  readonly findings: readonly FindingLine[];
  readonly active: number;
}) {
  const now = useNow();
  return (
    <Table
      header={
        <Header
          variant="h2"
          counter={`(${number(active)})`}
          actions={<Button onClick={() => go(href(['findings']))}>All findings</Button>}
        >
          Newest open findings
        </Header>
      }
      items={findings}
      trackBy="id"
      wrapLines
      ariaLabels={{ tableLabel: 'Newest open findings' }}
      columnDefinitions={[
        {
          id: 'title',
          header: 'Finding',
          isRowHeader: true,
          minWidth: 180,
          cell: ({ id, resourceName, title }) => (
            <Link href={href(['findings', id])} ariaLabel={`Evidence of ${isolated(title)}`}>
              <Words>{resourceName || title}</Words>
            </Link>
          ),
        },
        { id: 'severity', header: 'Severity', minWidth: 90, cell: ({ severity }) => <Severity value={severity} /> },
        { id: 'caller', header: 'Used from', minWidth: 130, cell: ({ callerAddress }) => <Mono>{callerAddress}</Mono> },
        { id: 'count', header: 'Calls', minWidth: 70, cell: ({ count }) => number(count) },
        {
          id: 'account',
          header: 'Account, region',
          minWidth: 130,
          cell: ({ accountId, region }) => (
            <>
              <Mono>{accountId}</Mono>, <Words>{region}</Words>
            </>
          ),
        },
        {
          id: 'updated',
          header: 'Last call',
          minWidth: 110,
          cell: ({ updatedAt }) => <span title={`${clock(updatedAt)} UTC`}>{ago(updatedAt, now)}</span>,
        },
      ]}
      empty={
        <Empty title="No open findings">
          No credential of a function was used outside AWS, as far as the trail shows. Check the sources below: silence
          means something only while they bring records.
        </Empty>
      }
    />
  );
}
