import ExpandableSection from '@cloudscape-design/components/expandable-section';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { Coverage } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { Empty } from '../../parts/empty.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Mono, Words } from '../../parts/words.tsx';

/** Which accounts and regions are in the trail at all: a theft where nothing is recorded cannot be seen. */
export function CoverageTable({ coverage }: { readonly coverage: readonly Coverage[] }) {
  const accounts = new Set(coverage.map(({ accountId }) => accountId)).size;
  const blind = coverage.filter(({ s3DataRecords }) => s3DataRecords === 0).length;
  return (
    <ExpandableSection
      variant="container"
      headerText="Coverage"
      headerDescription={`${counted(accounts, 'account')}, ${counted(coverage.length, 'account and region', 'accounts and regions')}; ${blind} without S3 data events`}
      defaultExpanded={coverage.length <= 6}
    >
      <Table
        variant="embedded"
        items={coverage}
        trackBy={({ accountId, region }) => `${accountId} ${region}`}
        wrapLines
        ariaLabels={{ tableLabel: 'Coverage by account and region' }}
        columnDefinitions={[
          {
            id: 'account',
            header: 'Account',
            isRowHeader: true,
            minWidth: 130,
            cell: ({ accountId }) => <Mono>{accountId}</Mono>,
          },
          { id: 'region', header: 'Region', minWidth: 110, cell: ({ region }) => <Words>{region}</Words> },
          {
            id: 'management',
            header: 'Management records',
            minWidth: 130,
            cell: ({ managementRecords }) => number(managementRecords),
          },
          {
            id: 's3',
            header: 'S3 data records',
            minWidth: 150,
            cell: ({ s3DataRecords }) =>
              s3DataRecords === 0 ? (
                <StatusIndicator type="warning" wrapText={false}>
                  Not recorded
                </StatusIndicator>
              ) : (
                number(s3DataRecords)
              ),
          },
          {
            id: 'first',
            header: 'First (UTC)',
            minWidth: 140,
            cell: ({ firstSeen }) => <Stamp at={firstSeen} seconds={false} />,
          },
          {
            id: 'last',
            header: 'Last (UTC)',
            minWidth: 140,
            cell: ({ lastSeen }) => <Stamp at={lastSeen} seconds={false} />,
          },
        ]}
        empty={<Empty title="No records yet" />}
      />
    </ExpandableSection>
  );
}
