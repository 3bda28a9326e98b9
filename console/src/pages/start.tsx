import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { Page } from '../parts/page.tsx';
import { ConnectTrail } from './start/connect-trail.tsx';
import { HowItWorks } from './start/how-it-works.tsx';
import { TryDrill } from './start/try-it.tsx';

/** For the first day, and for whoever comes later. */
export function StartPage() {
  return (
    <Page title="Getting started" says="Bring CloudTrail here, see that it works, know what you are looking at.">
      <HowItWorks />
      <Container header={<Header variant="h2">Connect a trail</Header>}>
        <ConnectTrail />
      </Container>
      <TryDrill />
    </Page>
  );
}
