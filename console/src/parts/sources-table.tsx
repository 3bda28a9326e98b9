import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { SourceStatus } from '../api/types.ts';
import { number } from '../kit/numbers.ts';
import { href } from '../kit/route.ts';
import { span } from '../kit/time.ts';
import { Empty } from './empty.tsx';
import { Flag } from './flag.tsx';
import { Stamp } from './stamp.tsx';
import { Words } from './words.tsx';

const STATES: Readonly<Record<SourceStatus['state'], readonly [StatusIndicatorProps.Type, string]>> = {
  reading: ['in-progress', 'Reading'],
  idle: ['success', 'Up to date'],
  silent: ['warning', 'Silent: nothing came for longer than usual'],
  failing: ['error', 'Failing'],
  stopped: ['stopped', 'Stopped'],
};

const TYPES: Readonly<Record<SourceStatus['type'], string>> = {
  sqs: 'SQS notifications',
  s3: 'S3 listing',
  folder: 'Folder',
  stdin: 'Standard input',
};

/** CloudTrail delivers within about 5 minutes on average; three times that is worth a look. */
const LATE_SECONDS = 900;

export function SourcesTable({ sources }: { readonly sources: readonly SourceStatus[] }) {
  return (
    <Table
      header={
        <Header
          variant="h2"
          counter={`(${sources.length})`}
          description="Where records come from, and how far behind the trail Straykey is"
        >
          Sources
        </Header>
      }
      items={sources}
      trackBy="name"
      wrapLines
      ariaLabels={{ tableLabel: 'Sources' }}
      columnDefinitions={[
        { id: 'name', header: 'Name', isRowHeader: true, minWidth: 110, cell: ({ name }) => <Words>{name}</Words> },
        { id: 'type', header: 'Kind', minWidth: 110, cell: ({ type }) => TYPES[type] ?? type },
        { id: 'state', header: 'State', minWidth: 150, cell: (source) => <State source={source} /> },
        { id: 'lag', header: 'Lag', minWidth: 115, cell: ({ lagSeconds }) => <Lag seconds={lagSeconds} /> },
        {
          id: 'last',
          header: 'Last object (UTC)',
          minWidth: 120,
          cell: ({ lastObjectAt }) => (lastObjectAt === undefined ? 'None yet' : <Stamp at={lastObjectAt} />),
        },
        { id: 'objects', header: 'Objects', minWidth: 85, cell: ({ objects }) => number(objects) },
        { id: 'records', header: 'Records', minWidth: 100, cell: ({ records }) => number(records) },
      ]}
      empty={
        <Empty title="No sources" action={<Link href={href(['start'])}>Connect a trail</Link>}>
          straykey.yaml names no source, so nothing is read.
        </Empty>
      }
    />
  );
}

function State({ source }: { readonly source: SourceStatus }) {
  const [type, text] = STATES[source.state] ?? ['info', source.state];
  return (
    <>
      <Flag type={type} label={source.state}>
        {text}
      </Flag>
      {source.error === undefined ? null : (
        <div>
          <Words>{source.error}</Words>
        </div>
      )}
    </>
  );
}

function Lag({ seconds }: { readonly seconds: number | undefined }) {
  if (seconds === undefined) return '–';
  return (
    <StatusIndicator type={seconds > LATE_SECONDS ? 'warning' : 'success'} wrapText={false}>
      {span(seconds)}
    </StatusIndicator>
  );
}
