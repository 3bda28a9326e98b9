import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { go, href } from '../../kit/route.ts';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { Lines } from '../../parts/words.tsx';

/** An invented organisation with a theft in it: only while nothing of yours is here. */
export function TryDemo() {
  const { own, mayWrite } = useServices();
  const { busy, act } = useAct();
  async function start(): Promise<void> {
    const done = await act({
      what: () => own.startDemo(),
      done: 'The demo trail is being read. Its finding appears by itself.',
      failed: 'The demo did not start',
      topics: ['findings', 'sources', 'hosts'],
    });
    if (done) go(href(['findings']));
  }
  return (
    <Container fitHeight header={<Header variant="h2">See it with invented data</Header>}>
      <SpaceBetween size="s">
        <p>
          A week of CloudTrail of an invented organisation with 3 accounts and 15 functions. In the fifth night somebody
          steals a key.
        </p>
        {mayWrite ? (
          <Button loading={busy} onClick={() => void start()}>
            Load the demo trail
          </Button>
        ) : (
          <p>Somebody with role admin can load it.</p>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** For pipelines that are connected: does an alarm come out at the other end? */
export function TryDrill() {
  return (
    <Container fitHeight header={<Header variant="h2">Hold a drill</Header>}>
      <SpaceBetween size="s">
        <p>
          Writes one CloudTrail file with a theft of an invented function's key. Put it where your trail is delivered: a
          finding must appear here, and where your outlets tell it.
        </p>
        <Lines label="drill command" text="straykey drill --out drill.json.gz" wrap />
      </SpaceBetween>
    </Container>
  );
}
