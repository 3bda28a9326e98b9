import Container from '@cloudscape-design/components/container';
import Grid from '@cloudscape-design/components/grid';
import Header from '@cloudscape-design/components/header';
import { Page } from '../parts/page.tsx';
import { ConnectTrail } from './start/connect-trail.tsx';
import { HowItWorks } from './start/how-it-works.tsx';
import { TryDemo, TryDrill } from './start/try-it.tsx';

/** The overview while nothing was read yet: what to do first. */
export function FirstStart() {
  return (
    <Page
      title="Welcome to Straykey"
      says="Nothing was read yet. Connect a trail, or look around with invented data first."
    >
      <Grid gridDefinition={[{ colspan: { default: 12, s: 6 } }, { colspan: { default: 12, s: 6 } }]}>
        <TryDemo />
        <TryDrill />
      </Grid>
      <Container header={<Header variant="h2">Connect a trail</Header>}>
        <ConnectTrail />
      </Container>
      <HowItWorks />
    </Page>
  );
}
