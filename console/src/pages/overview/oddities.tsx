import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Table from '@cloudscape-design/components/table';
import type { Overview } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { Empty } from '../../parts/empty.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Mono, Words } from '../../parts/words.tsx';

/** Input that could not be used: named and counted, so that coverage is never overstated. */
export function OdditiesTable({ oddities }: { readonly oddities: Overview['oddities'] }) {
  const sorted = [...oddities].sort((a, b) => b.count - a.count);
  return (
    <ExpandableSection
      variant="container"
      headerText="Oddities"
      headerDescription={
        oddities.length === 0
          ? 'Every record could be used'
          : `${counted(oddities.length, 'kind')} of input that could not be used or was set aside`
      }
      defaultExpanded={oddities.length > 0 && oddities.length <= 6}
    >
      <Table
        variant="embedded"
        items={sorted}
        trackBy="kind"
        wrapLines
        ariaLabels={{ tableLabel: 'Oddities' }}
        columnDefinitions={[
          { id: 'kind', header: 'Kind', isRowHeader: true, minWidth: 160, cell: ({ kind }) => <Mono>{kind}</Mono> },
          { id: 'count', header: 'Count', minWidth: 90, cell: ({ count }) => number(count) },
          {
            id: 'last',
            header: 'Last (UTC)',
            minWidth: 140,
            cell: ({ lastAt }) => <Stamp at={lastAt} seconds={false} />,
          },
          { id: 'meaning', header: 'What it means', minWidth: 240, cell: ({ meaning }) => <Words>{meaning}</Words> },
        ]}
        empty={<Empty title="None">Nothing was set aside.</Empty>}
      />
    </ExpandableSection>
  );
}
