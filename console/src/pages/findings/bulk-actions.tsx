import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useState } from 'react';
import type { Finding } from '../../api/types.ts';
import { counted } from '../../kit/numbers.ts';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { Ask } from '../../parts/ask.tsx';

type Verdict = 'USEFUL' | 'NOT_USEFUL';

/** What can be done to the chosen findings. */
export function BulkActions({
  findings,
  onDone,
}: {
  readonly findings: readonly Finding[];
  readonly onDone: () => void;
}) {
  const { guardDuty } = useServices();
  const { busy, act } = useAct();
  const [asked, setAsked] = useState<Verdict>();
  const ids = findings.map(({ id }) => id);
  const open = findings.filter(({ service }) => !service.archived).map(({ id }) => id);
  const archived = findings.filter(({ service }) => service.archived).map(({ id }) => id);

  async function move(moved: readonly string[], archive: boolean): Promise<void> {
    const done = await act({
      what: () => guardDuty.archive(moved, archive),
      done: `${counted(moved.length, 'finding')} ${archive ? 'archived' : 'open again'}`,
      failed: archive ? 'Could not archive' : 'Could not open again',
      topics: ['findings'],
    });
    if (done) onDone();
  }

  async function say(verdict: Verdict, comment: string): Promise<void> {
    const done = await act({
      what: () => guardDuty.feedback(ids, verdict, comment),
      done: `Feedback kept for ${counted(ids.length, 'finding')}`,
      failed: 'Could not keep the feedback',
      topics: ['findings', 'statements', 'hosts'],
    });
    setAsked(undefined);
    if (done) onDone();
  }

  return (
    <>
      <ButtonDropdown
        disabled={ids.length === 0}
        disabledReason="Choose findings in the table first"
        loading={busy}
        items={[
          { id: 'archive', text: `Archive (${open.length})`, disabled: open.length === 0 },
          { id: 'unarchive', text: `Open again (${archived.length})`, disabled: archived.length === 0 },
          { id: 'USEFUL', text: 'Useful: it was a theft', description: 'The hosts count as malicious from now on' },
          {
            id: 'NOT_USEFUL',
            text: 'Not useful: it was expected',
            description: 'The hosts count as expected for these functions',
          },
        ]}
        onItemClick={({ detail }) => {
          if (detail.id === 'archive') void move(open, true);
          else if (detail.id === 'unarchive') void move(archived, false);
          else setAsked(detail.id === 'USEFUL' ? 'USEFUL' : 'NOT_USEFUL');
        }}
      >
        Actions
      </ButtonDropdown>
      {asked === undefined ? null : (
        <FeedbackQuestion
          verdict={asked}
          count={ids.length}
          busy={busy}
          onDone={(comment) => void say(asked, comment)}
          onCancel={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

/** Feedback is more than a mark: Straykey takes it as a statement about the host. */
export function FeedbackQuestion(props: {
  readonly verdict: Verdict;
  readonly count: number;
  readonly busy: boolean;
  readonly onDone: (comment: string) => void;
  readonly onCancel: () => void;
}) {
  const useful = props.verdict === 'USEFUL';
  return (
    <Ask
      title={useful ? 'It was a theft' : 'It was expected'}
      doIt="Send feedback"
      reason="optional"
      busy={props.busy}
      onDone={props.onDone}
      onCancel={props.onCancel}
    >
      <p>
        {useful
          ? `Marks ${counted(props.count, 'finding')} useful. Their hosts count as malicious for every function from now on and are never learned as expected.`
          : `Marks ${counted(props.count, 'finding')} not useful. Calls of these functions from these hosts count as expected from now on; calls that can do great harm still alarm.`}
      </p>
    </Ask>
  );
}
