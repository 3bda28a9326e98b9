import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useServices } from '../kit/services.ts';
import { useLoad } from '../kit/use-load.ts';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { SourcesTable } from '../parts/sources-table.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { CoverageTable } from './overview/coverage.tsx';
import { OdditiesTable } from './overview/oddities.tsx';
import { ConnectTrail } from './start/connect-trail.tsx';

/** Where records come from, what of the organisation they cover, what of them could not be used. */
export function SourcesPage() {
  const { own } = useServices();
  const { value, error, loading, reload } = useLoad({
    key: 'overview',
    topics: ['sources'],
    load: (signal) => own.overview(signal),
  });
  return (
    <Page
      title="Sources"
      says="Where records come from, what they cover, and what could not be used. Sources are named in straykey.yaml."
    >
      {error === undefined ? null : <Problem error={error} what="The sources" retry={reload} />}
      {loading ? <Waiting lines={6} /> : null}
      {value === undefined ? null : (
        <SpaceBetween size="l">
          <SourcesTable sources={value.sources} />
          <CoverageTable coverage={value.coverage} />
          <OdditiesTable oddities={value.oddities} />
        </SpaceBetween>
      )}
      <Container>
        <ExpandableSection headerText="Connect another trail" headingTagOverride="h2">
          <ConnectTrail />
        </ExpandableSection>
      </Container>
    </Page>
  );
}
