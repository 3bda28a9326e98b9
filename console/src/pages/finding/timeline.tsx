import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { Finding, TimelineEntry } from '../../api/types.ts';
import { useServices } from '../../kit/services.ts';
import { usePages } from '../../kit/use-pages.ts';
import { Problem } from '../../parts/problem.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Mono, Words } from '../../parts/words.tsx';
import { smallTable } from './small-table.tsx';
import { TimelinePlot } from './timeline-plot.tsx';

const RELATIONS: Readonly<Record<TimelineEntry['relation'], string>> = {
  finding: 'Alarming call of this finding',
  silenced: 'Expected, kept silent',
  sibling: 'Another key of the same resource',
  derived: 'By a credential made with a stolen one',
  host: 'From the same host, another credential',
  'inside-day': 'Seen inside AWS on this day',
};

/** A theft lasts minutes, a credential's life days: show the minutes first when they would vanish in the days. */
const WORTH_A_CLOSER_LOOK = 12;

/** The credential's life: when it was used inside AWS, and when outside. */
export function Timeline({ id, finding }: { readonly id: string; readonly finding: Finding }) {
  const { own } = useServices();
  const [zoom, setZoom] = useState<'near' | 'all'>();
  const pages = usePages({
    key: id,
    topics: ['findings'],
    load: (after, signal) => own.timeline(id, after, signal),
  });
  if (pages.error !== undefined) return <Problem error={pages.error} what="The timeline" retry={pages.reload} />;
  if (pages.loading) return <Waiting lines={6} />;
  const all = pages.items;
  const near = around(all, finding);
  const chosen =
    zoom ?? (near.length < all.length && lengthOf(all) > WORTH_A_CLOSER_LOOK * lengthOf(near) ? 'near' : 'all');
  const shown = chosen === 'near' ? near : all;
  return (
    <SpaceBetween size="s">
      {all.length === near.length ? null : (
        <SegmentedControl
          label="How much of the timeline"
          selectedId={chosen}
          options={[
            { id: 'near', text: 'Around the use outside' },
            { id: 'all', text: 'Everything known' },
          ]}
          onChange={({ detail }) => setZoom(detail.selectedId === 'near' ? 'near' : 'all')}
        />
      )}
      <TimelinePlot entries={shown} />
      <Table
        {...smallTable('Calls, oldest first', { total: shown.length, listed: shown })}
        columnDefinitions={[
          { id: 'time', header: 'Time (UTC)', minWidth: 150, cell: ({ time }) => <Stamp at={time} /> },
          { id: 'place', header: 'Place', minWidth: 80, cell: ({ place }) => <Place place={place} /> },
          { id: 'api', header: 'Call', isRowHeader: true, minWidth: 160, cell: (entry) => <Call entry={entry} /> },
          {
            id: 'from',
            header: 'From, with key',
            minWidth: 180,
            cell: ({ address, accessKeyId }) => (
              <>
                <Mono>{address || '–'}</Mono>
                <div className="second">
                  <Mono>{accessKeyId}</Mono>
                </div>
              </>
            ),
          },
          {
            id: 'why',
            header: 'Why it is here',
            minWidth: 160,
            cell: ({ relation, reasons }) => (
              <>
                {RELATIONS[relation] ?? relation}
                {reasons.length === 0 ? null : (
                  <div className="second">
                    <Words>{reasons.join(', ')}</Words>
                  </div>
                )}
              </>
            ),
          },
        ]}
        empty={
          <Box color="text-body-secondary">
            The calls behind this finding were dropped by retention; the evidence above stays.
          </Box>
        }
      />
      {pages.more === undefined ? null : (
        <Button loading={pages.loadingMore} onClick={pages.more}>
          Show later calls
        </Button>
      )}
    </SpaceBetween>
  );
}

function Place({ place }: { readonly place: TimelineEntry['place'] }) {
  return <span className={`place-${place}`}>{place === 'outside' ? 'Outside' : 'Inside'}</span>;
}

function Call({ entry }: { readonly entry: TimelineEntry }) {
  return (
    <>
      <Words>{entry.relation === 'inside-day' && entry.api === '' ? 'Any call' : entry.api}</Words>
      <div className="second">
        <Words>{[entry.service, entry.region].filter(Boolean).join(', ')}</Words>
        {entry.error === undefined ? null : (
          <>
            {' '}
            failed: <Words>{entry.error}</Words>
          </>
        )}
      </div>
    </>
  );
}

/** The alarming calls and half as long again on both sides, an hour at least. */
function around(entries: readonly TimelineEntry[], { service }: Finding): readonly TimelineEntry[] {
  const from = Date.parse(service.eventFirstSeen);
  const to = Date.parse(service.eventLastSeen);
  const margin = Math.max(1_800_000, (to - from) / 2);
  return entries.filter(({ time }) => Date.parse(time) >= from - margin && Date.parse(time) <= to + margin);
}

function lengthOf(entries: readonly TimelineEntry[]): number {
  const first = entries[0];
  const last = entries.at(-1);
  return first === undefined || last === undefined ? 1 : Math.max(1, Date.parse(last.time) - Date.parse(first.time));
}
