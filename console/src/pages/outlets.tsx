import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { OutletLine } from '../api/types.ts';
import { counted, number } from '../kit/numbers.ts';
import { href } from '../kit/route.ts';
import { useServices } from '../kit/services.ts';
import { clock } from '../kit/time.ts';
import { useAct } from '../kit/use-act.ts';
import { useLoad } from '../kit/use-load.ts';
import { isolated } from '../kit/visible.ts';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Stamp } from '../parts/stamp.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { Lines, Mono, Words } from '../parts/words.tsx';

const EXAMPLE = `outlets:
  - type: slack
    name: security
    url: env:SLACK_WEBHOOK
    where: ["severity>=7"]
`;

/** Where findings are told: what waits, what was sent, what could not be. */
export function OutletsPage() {
  const { own } = useServices();
  const { value, error, loading, reload } = useLoad({
    key: 'outlets',
    topics: ['outlets', 'findings'],
    load: (signal) => own.outlets(signal),
  });
  return (
    <Page
      title="Outlets"
      says="Where findings are told: Slack, webhooks, SNS, EventBridge, Security Hub, mail and files. Made in straykey.yaml."
    >
      {error === undefined ? null : <Problem error={error} what="The outlets" retry={reload} />}
      {loading ? <Waiting /> : null}
      {value?.items.length === 0 ? (
        <Container>
          <Empty title="No outlets">
            Findings are shown here and told to nobody. Name an outlet in straykey.yaml and restart:
          </Empty>
          <Lines label="an outlet in straykey.yaml" text={EXAMPLE} />
        </Container>
      ) : null}
      {value?.items.map((outlet) => (
        <Outlet key={outlet.name} outlet={outlet} />
      ))}
    </Page>
  );
}

function Outlet({ outlet }: { readonly outlet: OutletLine }) {
  const { own, mayWrite } = useServices();
  const { busy, act } = useAct();
  const name = isolated(outlet.name);
  const test = () =>
    act({
      what: () => own.testOutlet(outlet.name),
      done: `A sample finding was sent by ${name}`,
      failed: `${name} did not take the sample finding`,
      topics: ['outlets'],
    });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={<Words>{outlet.type}</Words>}
          actions={
            mayWrite ? (
              <Button loading={busy} onClick={() => void test()} ariaLabel={`Send a sample finding by ${name}`}>
                Send a sample
              </Button>
            ) : undefined
          }
        >
          <Words>{outlet.name}</Words>
        </Header>
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          minColumnWidth={130}
          items={[
            {
              label: 'State',
              value:
                outlet.dead > 0 ? (
                  <StatusIndicator type="error" wrapText={false}>
                    Gave up on some
                  </StatusIndicator>
                ) : (
                  <StatusIndicator type="success">Sending</StatusIndicator>
                ),
            },
            { label: 'Waiting', value: number(outlet.waiting) },
            { label: 'Sent', value: number(outlet.sent) },
            { label: 'Last sent (UTC)', value: outlet.lastSentAt === undefined ? 'never' : clock(outlet.lastSentAt) },
          ]}
        />
        {outlet.lastError === undefined ? null : (
          <Alert type="warning" header="Last error">
            <Words>{outlet.lastError}</Words>
          </Alert>
        )}
        {outlet.dead === 0 ? null : <DeadLetters outlet={outlet} />}
      </SpaceBetween>
    </Container>
  );
}

type Dead = OutletLine['deadLines'][number];

/** Deliveries that were given up: with the reason, and a way to try again. */
function DeadLetters({ outlet }: { readonly outlet: OutletLine }) {
  const { own, mayWrite } = useServices();
  const { busy, act } = useAct();
  const [selected, setSelected] = useState<readonly Dead[]>([]);
  const chosen = outlet.deadLines.filter(({ id }) => selected.some((each) => each.id === id));
  async function resend(): Promise<void> {
    const ids = chosen.length === 0 ? undefined : chosen.map(({ id }) => id);
    const done = await act({
      what: () => own.resend(outlet.name, ids),
      done: `${counted(ids?.length ?? outlet.dead, 'delivery', 'deliveries')} will be tried again`,
      failed: 'Could not resend',
      topics: ['outlets'],
    });
    if (done) setSelected([]);
  }
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      wrapLines
      header={
        <Header
          variant="h3"
          counter={`(${number(outlet.dead)})`}
          description="Given up after a day of attempts, or because the receiver said no"
          actions={
            mayWrite ? (
              <Button loading={busy} onClick={() => void resend()}>
                {chosen.length === 0 ? 'Resend all' : `Resend ${chosen.length}`}
              </Button>
            ) : undefined
          }
        >
          Dead letters
        </Header>
      }
      items={outlet.deadLines}
      trackBy={({ id }) => String(id)}
      selectionType={mayWrite ? 'multi' : undefined}
      selectedItems={chosen}
      onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
      ariaLabels={{
        tableLabel: `Dead letters of ${isolated(outlet.name)}`,
        selectionGroupLabel: 'Choose dead letters',
        allItemsSelectionLabel: () => 'Choose all',
        itemSelectionLabel: (_, { id }) => `Choose dead letter ${id}`,
      }}
      columnDefinitions={[
        { id: 'at', header: 'When (UTC)', minWidth: 150, cell: ({ at }) => <Stamp at={at} /> },
        {
          id: 'finding',
          header: 'Finding',
          isRowHeader: true,
          minWidth: 150,
          cell: ({ findingId }) => (
            <Link href={href(['findings', findingId])}>
              <Mono>{findingId}</Mono>
            </Link>
          ),
        },
        { id: 'error', header: 'Why', minWidth: 220, cell: (each) => <Words>{each.error}</Words> },
      ]}
    />
  );
}
