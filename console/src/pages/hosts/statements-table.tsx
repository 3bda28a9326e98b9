import Button from '@cloudscape-design/components/button';
import Table from '@cloudscape-design/components/table';
import type { StatementLine } from '../../api/types.ts';
import { useServices } from '../../kit/services.ts';
import { usePages } from '../../kit/use-pages.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Mono, Words } from '../../parts/words.tsx';

const VERDICTS: Readonly<Record<StatementLine['verdict'], string>> = {
  expected: 'Expected',
  malicious: 'Malicious',
  clear: 'Forget',
};

export function StatementsTable() {
  const { own } = useServices();
  const pages = usePages({
    key: 'statements',
    topics: ['statements'],
    load: (after, signal) => own.statements(after, signal),
  });
  if (pages.error !== undefined) return <Problem error={pages.error} what="The statements" retry={pages.reload} />;
  return (
    <Table
      items={pages.items}
      trackBy="id"
      loading={pages.loading && pages.items.length === 0}
      loadingText="Loading statements"
      wrapLines
      ariaLabels={{ tableLabel: 'What people said of hosts' }}
      columnDefinitions={[
        { id: 'made', header: 'When (UTC)', minWidth: 150, cell: ({ made }) => <Stamp at={made} /> },
        { id: 'host', header: 'Host', isRowHeader: true, minWidth: 140, cell: ({ host }) => <Mono>{host}</Mono> },
        { id: 'verdict', header: 'Says', minWidth: 100, cell: ({ verdict }) => VERDICTS[verdict] ?? verdict },
        {
          id: 'for',
          header: 'For',
          minWidth: 140,
          cell: (line) => <Words>{[line.function ?? 'all functions', line.account].filter(Boolean).join(', ')}</Words>,
        },
        {
          id: 'limits',
          header: 'Accepts, until',
          minWidth: 140,
          cell: ({ accept, ttlDays }) => (
            <Words>
              {[accept?.join(', '), ttlDays === undefined ? undefined : `${ttlDays} days`].filter(Boolean).join('; ') ||
                '–'}
            </Words>
          ),
        },
        { id: 'by', header: 'By', minWidth: 100, cell: ({ by }) => <Words>{by}</Words> },
        { id: 'reason', header: 'Reason', minWidth: 200, cell: ({ reason }) => <Words>{reason}</Words> },
      ]}
      empty={
        <Empty title="Nobody said anything yet">
          Vouch for a host, distrust it or give feedback on a finding: it is listed here.
        </Empty>
      }
      footer={
        pages.more === undefined ? undefined : (
          <Button loading={pages.loadingMore} onClick={pages.more}>
            Show more
          </Button>
        )
      }
    />
  );
}
