import Table from '@cloudscape-design/components/table';
import { number } from '../../kit/numbers.ts';
import { useServices } from '../../kit/services.ts';
import { useLoad } from '../../kit/use-load.ts';
import { Problem } from '../../parts/problem.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Words } from '../../parts/words.tsx';
import { smallTable } from './small-table.tsx';

const KINDS: Readonly<Record<string, string>> = {
  created: 'Raised',
  updated: 'More calls',
  reopened: 'Reopened: new calls after it was archived',
  archived: 'Archived',
  unarchived: 'Opened again',
  feedback: 'Feedback',
  retracted: 'Taken back: later records explain the use',
};

export function History({ id }: { readonly id: string }) {
  const { own } = useServices();
  const { value, error, loading, reload } = useLoad({
    key: id,
    topics: ['findings'],
    load: (signal) => own.history(id, signal),
  });
  const items = [...(value?.items ?? [])].reverse();
  if (error !== undefined) return <Problem error={error} what="The history" retry={reload} />;
  return (
    <Table
      {...smallTable('History, newest first', { total: items.length, listed: items })}
      loading={loading}
      loadingText="Loading the history"
      columnDefinitions={[
        { id: 'at', header: 'When (UTC)', minWidth: 150, cell: ({ at }) => <Stamp at={at} /> },
        { id: 'kind', header: 'What', isRowHeader: true, minWidth: 130, cell: ({ kind }) => KINDS[kind] ?? kind },
        { id: 'by', header: 'By', minWidth: 90, cell: ({ by }) => <Words>{by}</Words> },
        { id: 'reason', header: 'Reason', minWidth: 140, cell: ({ reason }) => <Words>{reason ?? '–'}</Words> },
        {
          id: 'count',
          header: 'Calls',
          minWidth: 80,
          cell: ({ count }) => (count === undefined ? '–' : number(count)),
        },
      ]}
    />
  );
}
