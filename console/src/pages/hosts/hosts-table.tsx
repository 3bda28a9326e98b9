import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useDeferredValue, useState } from 'react';
import type { HostLine, NewStatement } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { usePages } from '../../kit/use-pages.ts';
import { isolated } from '../../kit/visible.ts';
import { Ask } from '../../parts/ask.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Mono, Words } from '../../parts/words.tsx';
import { STATES } from './states.ts';

type Verdict = NewStatement['verdict'];

export function HostsTable({ state, text: first }: { readonly state: string; readonly text: string }) {
  const { own, mayWrite } = useServices();
  const [typed, setTyped] = useState(first);
  const text = useDeferredValue(typed.trim());
  const pages = usePages({
    key: `${state} ${text}`,
    topics: ['hosts', 'statements'],
    load: (after, signal) => own.hosts(state === 'all' ? undefined : state, text, after, signal),
  });
  const [asked, setAsked] = useState<{ readonly verdict: Verdict; readonly host: HostLine }>();
  if (pages.error !== undefined) return <Problem error={pages.error} what="The hosts" retry={pages.reload} />;
  return (
    <>
      <Table
        variant="container"
        items={pages.items}
        trackBy={({ principal, host }) => `${principal} ${host}`}
        loading={pages.loading && pages.items.length === 0}
        loadingText="Loading hosts"
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: 'Hosts' }}
        filter={
          <TextFilter
            filteringText={typed}
            filteringPlaceholder="Address, function or account"
            filteringAriaLabel="Find hosts"
            countText={
              pages.loading ? '' : `${counted(pages.items.length, 'host')}${pages.more === undefined ? '' : ' or more'}`
            }
            onChange={({ detail }) => setTyped(detail.filteringText)}
          />
        }
        columnDefinitions={[
          {
            id: 'host',
            header: 'Host',
            isRowHeader: true,
            minWidth: 150,
            cell: ({ host }) => <Mono>{host}</Mono>,
          },
          {
            id: 'function',
            header: 'Credential of',
            minWidth: 160,
            cell: ({ functionName, accountId, principal }) => (
              <>
                <Words>{functionName || principal}</Words>
                <div className="second">
                  <Mono>{accountId}</Mono>
                </div>
              </>
            ),
          },
          { id: 'state', header: 'State', minWidth: 160, cell: (line) => <State state={line.state} /> },
          { id: 'days', header: 'Evidence', minWidth: 150, cell: (line) => <Evidence host={line} /> },
          {
            id: 'seen',
            header: 'First and last seen (UTC)',
            minWidth: 150,
            cell: ({ firstSeen, lastSeen }) => (
              <>
                <Stamp at={firstSeen} seconds={false} />
                <br />
                <Stamp at={lastSeen} seconds={false} />
              </>
            ),
          },
          {
            id: 'silenced',
            header: 'Kept silent',
            minWidth: 100,
            cell: ({ silencedCalls }) => counted(silencedCalls, 'call'),
          },
          { id: 'why', header: 'Why', minWidth: 260, cell: (line) => <Words>{line.text}</Words> },
          ...(mayWrite
            ? [
                {
                  id: 'say',
                  header: 'Say',
                  minWidth: 110,
                  cell: (line: HostLine) => <Say host={line} onAsk={(verdict) => setAsked({ verdict, host: line })} />,
                },
              ]
            : []),
        ]}
        empty={
          <Empty title={text === '' ? 'No hosts here' : 'No host fits'}>
            {text === ''
              ? 'Hosts appear when credentials are used from outside AWS.'
              : 'Look under another state, or shorten the text.'}
          </Empty>
        }
        footer={
          pages.more === undefined ? undefined : (
            <Button loading={pages.loadingMore} onClick={pages.more}>
              Show more
            </Button>
          )
        }
      />
      {asked === undefined ? null : <SayOf {...asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function State({ state }: { readonly state: HostLine['state'] }) {
  const [type, label] = STATES[state] ?? ['info', state];
  return (
    <StatusIndicator type={type} wrapText={false}>
      {label}
    </StatusIndicator>
  );
}

function Evidence({ host }: { readonly host: HostLine }) {
  const share = host.required === 0 ? 100 : Math.min(100, (100 * host.evidenceDays) / host.required);
  return (
    <ProgressBar
      variant="standalone"
      value={share}
      ariaLabel={`Evidence for ${isolated(host.host)}`}
      additionalInfo={`${number(host.evidenceDays)} of ${counted(host.required, 'day')}`}
    />
  );
}

function Say({ host, onAsk }: { readonly host: HostLine; readonly onAsk: (verdict: Verdict) => void }) {
  return (
    <ButtonDropdown
      variant="inline-icon"
      ariaLabel={`Say something of ${isolated(host.host)} for ${isolated(host.functionName)}`}
      expandToViewport
      items={[
        { id: 'expected', text: 'Vouch for it' },
        { id: 'malicious', text: 'Distrust it' },
        { id: 'clear', text: 'Forget what is known' },
      ]}
      onItemClick={({ detail }) => onAsk(detail.id as Verdict)}
    />
  );
}

const QUESTIONS: Readonly<Record<Verdict, { readonly title: string; readonly doIt: string; readonly says: string }>> = {
  expected: {
    title: 'Vouch for this host',
    doIt: 'Vouch',
    says: 'Calls of this function from this host are expected from now on. Calls that can do great harm still alarm.',
  },
  malicious: {
    title: 'Distrust this host',
    doIt: 'Distrust',
    says: 'Calls from this host alarm for every function, and are never learned.',
  },
  clear: {
    title: 'Forget this host',
    doIt: 'Forget',
    says: 'What was learned, and what was said, of this function and host no longer counts: the next call alarms as if the host were new.',
  },
};

function SayOf({
  verdict,
  host,
  onClose,
}: {
  readonly verdict: Verdict;
  readonly host: HostLine;
  readonly onClose: () => void;
}) {
  const { own } = useServices();
  const { busy, act } = useAct();
  const { title, doIt, says } = QUESTIONS[verdict];
  async function say(reason: string): Promise<void> {
    const mine = verdict === 'malicious' ? {} : { function: host.functionName, account: host.accountId };
    const done = await act({
      what: () => own.say({ verdict, host: host.host, ...mine, reason }),
      done: 'Kept. Straykey judges again with it.',
      failed: 'Could not keep it',
      topics: ['hosts', 'statements', 'findings'],
    });
    if (done) onClose();
  }
  return (
    <Ask
      title={title}
      doIt={doIt}
      reason="required"
      busy={busy}
      onDone={(reason) => void say(reason)}
      onCancel={onClose}
    >
      <p>{says}</p>
      <p>
        <Mono>{host.host}</Mono> {verdict === 'malicious' ? '' : 'for '}
        {verdict === 'malicious' ? null : <Words>{host.functionName}</Words>}
      </p>
    </Ask>
  );
}
