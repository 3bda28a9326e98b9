import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useState } from 'react';
import { go, href, useRoute } from '../kit/route.ts';
import { useServices } from '../kit/services.ts';
import { Page } from '../parts/page.tsx';
import { HostsTable } from './hosts/hosts-table.tsx';
import { SayForm } from './hosts/say-form.tsx';
import { StatementsTable } from './hosts/statements-table.tsx';
import { HOST_TABS } from './hosts/states.ts';

/** Which remote hosts are expected by now, which are on their way there, and what people said. */
export function HostsPage() {
  const { mayWrite } = useServices();
  const { query } = useRoute();
  const [saying, setSaying] = useState(false);
  const active = HOST_TABS.find(({ id }) => id === query.get('state'))?.id ?? (query.get('q') ? 'all' : 'learned');
  return (
    <Page
      title="Hosts"
      says="Remote hosts from which credentials are used. A host becomes expected by days of honest work, or by your word."
      actions={mayWrite ? <Button onClick={() => setSaying(true)}>Say something of a host</Button> : undefined}
    >
      <Tabs
        activeTabId={active}
        ariaLabel="Hosts by state"
        onChange={({ detail }) => go(href(['hosts'], { state: detail.activeTabId }))}
        tabs={HOST_TABS.map(({ id, label, says }) => ({
          id,
          label,
          content:
            id !== active ? null : (
              <SpaceBetween size="s">
                <Header variant="h2" description={says}>
                  {label}
                </Header>
                {id === 'statements' ? (
                  <StatementsTable />
                ) : (
                  <HostsTable key={id} state={id} text={query.get('q') ?? ''} />
                )}
              </SpaceBetween>
            ),
        }))}
      />
      <Box color="text-body-secondary">
        Learning never silences calls that can do great harm, such as making users or stopping trails: those always
        alarm.
      </Box>
      {saying ? <SayForm onClose={() => setSaying(false)} /> : null}
    </Page>
  );
}
