import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useServices } from '../kit/services.ts';
import { usePages } from '../kit/use-pages.ts';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Stamp } from '../parts/stamp.tsx';
import { Lines, Mono, Words } from '../parts/words.tsx';

/** Who did what to what, newest first. Nothing here can be changed. */
export function AuditPage() {
  const { own } = useServices();
  const pages = usePages({ key: 'audit', topics: ['audit'], load: (after, signal) => own.audit(after, signal) });
  return (
    <Page title="Audit trail" says="Who did what to what, newest first. Entries are never changed or removed.">
      {pages.error === undefined ? null : <Problem error={pages.error} what="The audit trail" retry={pages.reload} />}
      <Table
        header={<Header variant="h2">Entries</Header>}
        items={pages.items}
        trackBy={({ id }) => String(id)}
        loading={pages.loading && pages.items.length === 0}
        loadingText="Loading the audit trail"
        wrapLines
        ariaLabels={{ tableLabel: 'Audit trail' }}
        columnDefinitions={[
          { id: 'at', header: 'When (UTC)', minWidth: 150, cell: ({ at }) => <Stamp at={at} /> },
          { id: 'by', header: 'Who', minWidth: 110, cell: ({ by }) => <Words>{by}</Words> },
          {
            id: 'action',
            header: 'Did',
            isRowHeader: true,
            minWidth: 170,
            cell: ({ action }) => <Mono>{action}</Mono>,
          },
          { id: 'subject', header: 'To', minWidth: 180, cell: ({ subject }) => <Mono>{subject}</Mono> },
          { id: 'reason', header: 'Reason', minWidth: 180, cell: ({ reason }) => <Words>{reason ?? '–'}</Words> },
          {
            id: 'detail',
            header: 'Detail',
            minWidth: 200,
            cell: ({ detail, id }) =>
              detail === undefined || detail === null ? (
                '–'
              ) : (
                <ExpandableSection headerText="Show" headerAriaLabel={`Show the detail of entry ${id}`}>
                  <Lines label={`detail of entry ${id}`} text={JSON.stringify(detail, null, 2)} wrap />
                </ExpandableSection>
              ),
          },
        ]}
        empty={<Empty title="Nothing was done yet" />}
        footer={
          pages.more === undefined ? undefined : (
            <Button loading={pages.loadingMore} onClick={pages.more}>
              Show older entries
            </Button>
          )
        }
      />
    </Page>
  );
}
