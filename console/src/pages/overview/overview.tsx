import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Grid from '@cloudscape-design/components/grid';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Suspense } from 'react';
import type { Overview } from '../../api/types.ts';
import { go, href } from '../../kit/route.ts';
import { useServices } from '../../kit/services.ts';
import { clock } from '../../kit/time.ts';
import { useLoad } from '../../kit/use-load.ts';
import { Page } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SourcesTable } from '../../parts/sources-table.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Words } from '../../parts/words.tsx';
import { FirstStart } from '../first-start.tsx';
import { Activity } from './activity.tsx';
import { CoverageTable } from './coverage.tsx';
import { Figures } from './figures.tsx';
import { NewestFindings } from './newest.tsx';
import { OdditiesTable } from './oddities.tsx';
import { Whereabouts } from './whereabouts.tsx';

export function OverviewPage() {
  const { own } = useServices();
  const { value, error, loading, reload } = useLoad({
    key: 'overview',
    topics: ['findings', 'hosts', 'sources'],
    load: (signal) => own.overview(signal),
  });
  if (value?.empty) return <FirstStart />;
  return (
    <Page
      title="Overview"
      says={value === undefined ? 'Credentials of your functions, used outside AWS' : `As of ${clock(value.at)} UTC`}
      actions={
        <Button variant="primary" onClick={() => go(href(['findings']))}>
          See findings
        </Button>
      }
    >
      {error === undefined ? null : <Problem error={error} what="The overview" retry={reload} />}
      {loading ? <Waiting lines={9} /> : null}
      {value === undefined ? null : <Known overview={value} />}
    </Page>
  );
}

function Known({ overview }: { readonly overview: Overview }) {
  return (
    <SpaceBetween size="l">
      {overview.gaps.length === 0 ? null : (
        <Alert type="warning" header="Not everything can be seen">
          <ul>
            {overview.gaps.map((gap) => (
              <li key={gap}>
                <Words>{gap}</Words>
              </li>
            ))}
          </ul>
        </Alert>
      )}
      <Figures overview={overview} />
      <NewestFindings findings={overview.findings.newest} active={overview.findings.active} />
      <Grid gridDefinition={[{ colspan: { default: 12, s: 7 } }, { colspan: { default: 12, s: 5 } }]}>
        <Suspense fallback={<Waiting />}>
          <Whereabouts countries={overview.countries} />
        </Suspense>
        <Activity days={overview.activity} />
      </Grid>
      <SourcesTable sources={overview.sources} />
      <CoverageTable coverage={overview.coverage} />
      <OdditiesTable oddities={overview.oddities} />
    </SpaceBetween>
  );
}
