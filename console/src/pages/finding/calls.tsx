import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { Evidence } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { Mono, MonoWithCopy, Words } from '../../parts/words.tsx';
import { Small, smallTable } from './small-table.tsx';

/** What the credential was used for outside AWS. */
export function Calls({ evidence }: { readonly evidence: Evidence }) {
  const { calls, place, userAgents, eventIds } = evidence;
  return (
    <SpaceBetween size="l">
      <Table
        {...smallTable('Calls by API', calls.byApi)}
        header={
          <Small title="Calls by API" list={calls.byApi}>
            {counted(calls.alarming, 'alarming call')}, {number(calls.failed)} failed; {number(calls.silenced)} more
            were expected
          </Small>
        }
        columnDefinitions={[
          { id: 'api', header: 'API', isRowHeader: true, minWidth: 140, cell: ({ api }) => <Words>{api}</Words> },
          { id: 'service', header: 'Service', minWidth: 190, cell: ({ service }) => <Words>{service}</Words> },
          { id: 'calls', header: 'Calls', minWidth: 80, cell: (each) => number(each.calls) },
          { id: 'errors', header: 'Failed', minWidth: 85, cell: ({ errors }) => number(errors) },
        ]}
      />
      <Table
        {...smallTable('Regions', calls.byRegion)}
        header={<Small title="Regions" list={calls.byRegion} />}
        columnDefinitions={[
          { id: 'region', header: 'Region', isRowHeader: true, cell: ({ region }) => <Words>{region}</Words> },
          { id: 'calls', header: 'Calls', minWidth: 80, cell: (each) => number(each.calls) },
        ]}
      />
      <Table
        {...smallTable('Addresses', place.addresses)}
        header={
          <Small title="Addresses" list={place.addresses}>
            <Words>{place.basis}</Words>
          </Small>
        }
        columnDefinitions={[
          { id: 'address', header: 'Address', isRowHeader: true, cell: ({ address }) => <Mono>{address}</Mono> },
          { id: 'calls', header: 'Calls', minWidth: 80, cell: (each) => number(each.calls) },
        ]}
      />
      <Table
        {...smallTable('User agents', userAgents)}
        header={
          <Small title="User agents" list={userAgents}>
            The caller's own word: anybody can write anything here
          </Small>
        }
        columnDefinitions={[
          {
            id: 'agent',
            header: 'User agent',
            isRowHeader: true,
            minWidth: 220,
            cell: ({ userAgent }) => <Mono>{userAgent}</Mono>,
          },
          { id: 'calls', header: 'Calls', minWidth: 80, cell: (each) => number(each.calls) },
        ]}
      />
      <Table
        {...smallTable('CloudTrail event IDs', eventIds)}
        header={
          <Small title="CloudTrail event IDs" list={eventIds}>
            What to look up in CloudTrail, oldest first
          </Small>
        }
        columnDefinitions={[
          {
            id: 'id',
            header: 'Event ID',
            isRowHeader: true,
            cell: (id) => <MonoWithCopy text={id} what={`event ID ${id.slice(0, 8)}`} />,
          },
        ]}
      />
    </SpaceBetween>
  );
}
