import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { Criteria, RuleLine } from '../api/types.ts';
import { number } from '../kit/numbers.ts';
import { useServices } from '../kit/services.ts';
import { minute } from '../kit/time.ts';
import { useAct } from '../kit/use-act.ts';
import { useLoad } from '../kit/use-load.ts';
import { isolated } from '../kit/visible.ts';
import { Ask } from '../parts/ask.tsx';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Words } from '../parts/words.tsx';
import { CriteriaText } from './rules/criteria-text.tsx';
import { NotesForm } from './rules/notes-form.tsx';
import { RuleForm } from './rules/rule-form.tsx';

/** GuardDuty filters: suppression rules archive what they match, saved filters only count. */
export function RulesPage() {
  const { own, mayWrite } = useServices();
  const { value, error, loading, reload } = useLoad({
    key: 'rules',
    topics: ['rules', 'findings'],
    load: (signal) => own.rules(signal),
  });
  const [dialog, setDialog] = useState<
    { readonly kind: 'new' } | { readonly kind: 'edit' | 'notes' | 'remove'; readonly rule: RuleLine }
  >();
  const close = () => setDialog(undefined);
  return (
    <Page
      title="Suppression rules"
      says="Findings that a rule names are archived as they arrive and told to nobody. Best made from a finding, with its dry run."
      actions={mayWrite ? <Button onClick={() => setDialog({ kind: 'new' })}>New rule</Button> : undefined}
    >
      {error === undefined ? null : <Problem error={error} what="The rules" retry={reload} />}
      <Table
        header={
          <Header
            variant="h2"
            counter={value === undefined ? undefined : `(${number(value.items.length)})`}
            description="By rank: when several rules match, the first one counts"
          >
            Rules and filters
          </Header>
        }
        items={value?.items ?? []}
        trackBy="name"
        loading={loading}
        loadingText="Loading rules"
        wrapLines
        ariaLabels={{ tableLabel: 'Suppression rules' }}
        columnDefinitions={[
          { id: 'rank', header: 'Rank', minWidth: 70, cell: ({ rank }) => number(rank) },
          { id: 'name', header: 'Name', isRowHeader: true, minWidth: 150, cell: (rule) => <Name rule={rule} /> },
          {
            id: 'criteria',
            header: 'Hides findings where',
            minWidth: 260,
            cell: ({ criteria }) => <CriteriaText criteria={criteria as Criteria} />,
          },
          { id: 'state', header: 'State', minWidth: 140, cell: (rule) => <State rule={rule} /> },
          {
            id: 'counts',
            header: 'Hidden',
            minWidth: 110,
            cell: ({ matched, suppressed }) => `${number(suppressed)} of ${number(matched)} matched`,
          },
          { id: 'reason', header: 'Reason', minWidth: 180, cell: (rule) => <Reason rule={rule} /> },
          ...(mayWrite
            ? [
                {
                  id: 'actions',
                  header: 'Change',
                  minWidth: 130,
                  cell: (rule: RuleLine) => (
                    <SpaceBetween direction="horizontal" size="xxs">
                      <Button
                        variant="inline-icon"
                        iconName="edit"
                        ariaLabel={`Edit ${isolated(rule.name)}`}
                        onClick={() => setDialog({ kind: 'edit', rule })}
                      />
                      <Button
                        variant="inline-icon"
                        iconName="calendar"
                        ariaLabel={`Reason and end of ${isolated(rule.name)}`}
                        onClick={() => setDialog({ kind: 'notes', rule })}
                      />
                      <Button
                        variant="inline-icon"
                        iconName="remove"
                        ariaLabel={`Delete ${isolated(rule.name)}`}
                        onClick={() => setDialog({ kind: 'remove', rule })}
                      />
                    </SpaceBetween>
                  ),
                },
              ]
            : []),
        ]}
        empty={
          <Empty title="No rules">
            Open a finding that is expected and choose “Suppress”: the rule comes filled in, with a dry run.
          </Empty>
        }
      />
      {dialog === undefined ? null : dialog.kind === 'new' ? (
        <RuleForm onClose={close} />
      ) : dialog.kind === 'edit' ? (
        <RuleForm rule={dialog.rule} onClose={close} />
      ) : dialog.kind === 'notes' ? (
        <NotesForm rule={dialog.rule} onClose={close} />
      ) : (
        <Remove rule={dialog.rule} onClose={close} />
      )}
    </Page>
  );
}

function Name({ rule }: { readonly rule: RuleLine }) {
  return (
    <>
      <Words>{rule.name}</Words>
      {rule.description === '' ? null : (
        <div className="second">
          <Words>{rule.description}</Words>
        </div>
      )}
    </>
  );
}

function State({ rule }: { readonly rule: RuleLine }) {
  if (rule.action !== 'ARCHIVE') return <StatusIndicator type="info">Counts only</StatusIndicator>;
  return (
    <>
      <StatusIndicator type={rule.expired ? 'stopped' : 'success'} wrapText={false}>
        {rule.expired ? 'Expired' : 'In force'}
      </StatusIndicator>
      <div className="second nowrap">{rule.expires === undefined ? 'no end' : `until ${minute(rule.expires)}`}</div>
    </>
  );
}

function Reason({ rule }: { readonly rule: RuleLine }) {
  return (
    <>
      <Words>{rule.reason ?? '–'}</Words>
      <div className="second">
        <Words>{`${rule.by}, ${minute(rule.updatedAt)}`}</Words>
      </div>
    </>
  );
}

function Remove({ rule, onClose }: { readonly rule: RuleLine; readonly onClose: () => void }) {
  const { guardDuty } = useServices();
  const { busy, act } = useAct();
  async function remove(): Promise<void> {
    const done = await act({
      what: () => guardDuty.deleteFilter(rule.name),
      done: `Rule ${isolated(rule.name)} deleted`,
      failed: 'Could not delete the rule',
      topics: ['rules', 'findings'],
    });
    if (done) onClose();
  }
  return (
    <Ask title="Delete this rule" doIt="Delete" busy={busy} onDone={() => void remove()} onCancel={onClose}>
      <p>
        <Words>{rule.name}</Words>: findings it would have hidden alarm again from now on. Those it archived stay
        archived.
      </p>
    </Ask>
  );
}
