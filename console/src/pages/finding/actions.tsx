import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useState } from 'react';
import type { Finding } from '../../api/types.ts';
import { go, href } from '../../kit/route.ts';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { FeedbackQuestion } from '../findings/bulk-actions.tsx';

export function Actions({ finding }: { readonly finding: Finding }) {
  const { guardDuty } = useServices();
  const { busy, act } = useAct();
  const [asked, setAsked] = useState<'USEFUL' | 'NOT_USEFUL'>();
  const { archived } = finding.service;

  const move = () =>
    act({
      what: () => guardDuty.archive([finding.id], !archived),
      done: archived ? 'Finding is open again' : 'Finding archived',
      failed: archived ? 'Could not open it again' : 'Could not archive it',
      topics: ['findings'],
    });

  async function say(verdict: 'USEFUL' | 'NOT_USEFUL', comment: string): Promise<void> {
    await act({
      what: () => guardDuty.feedback([finding.id], verdict, comment),
      done: 'Feedback kept',
      failed: 'Could not keep the feedback',
      topics: ['findings', 'statements', 'hosts'],
    });
    setAsked(undefined);
  }

  return (
    <div className="badges">
      <Button loading={busy} onClick={() => void move()}>
        {archived ? 'Open again' : 'Archive'}
      </Button>
      <Button onClick={() => go(href(['findings', finding.id, 'suppress']))}>Suppress …</Button>
      <ButtonDropdown
        items={[
          { id: 'USEFUL', text: 'It was a theft', description: 'Useful: the host counts as malicious' },
          { id: 'NOT_USEFUL', text: 'It was expected', description: 'Not useful: the host counts as expected' },
        ]}
        onItemClick={({ detail }) => setAsked(detail.id === 'USEFUL' ? 'USEFUL' : 'NOT_USEFUL')}
      >
        Feedback
      </ButtonDropdown>
      {asked === undefined ? null : (
        <FeedbackQuestion
          verdict={asked}
          count={1}
          busy={busy}
          onDone={(comment) => void say(asked, comment)}
          onCancel={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}
