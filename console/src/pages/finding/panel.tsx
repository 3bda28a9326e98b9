import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import SplitPanel from '@cloudscape-design/components/split-panel';
import Tabs from '@cloudscape-design/components/tabs';
import { useState } from 'react';
import type { Evidence, Finding, FindingDetail } from '../../api/types.ts';
import { callerOf, evidenceOf, resourceOf } from '../../kit/evidence.ts';
import { useServices } from '../../kit/services.ts';
import { useLoad } from '../../kit/use-load.ts';
import { isolated } from '../../kit/visible.ts';
import { Problem } from '../../parts/problem.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Lines } from '../../parts/words.tsx';
import { Calls } from './calls.tsx';
import { EvidenceLadder } from './evidence.tsx';
import { Explain } from './explain.tsx';
import { Head } from './head.tsx';
import { History } from './history.tsx';
import { Keys } from './keys.tsx';
import { ResponsePlan } from './response-plan.tsx';
import { Timeline } from './timeline.tsx';

/** One finding, argued: what happened, why Straykey says so, what would make it wrong, what to do. */
export function FindingPanel({ id }: { readonly id: string }) {
  const { own } = useServices();
  const { value, error, loading, reload } = useLoad({
    key: id,
    topics: ['findings'],
    load: (signal) => own.detail(id, signal),
  });
  const finding = value?.finding as Finding | undefined;
  return (
    <SplitPanel
      header={finding === undefined ? 'Finding' : titleOf(finding)}
      closeBehavior="hide"
      i18nStrings={{
        preferencesTitle: 'Where the panel stands',
        preferencesPositionLabel: 'Position',
        preferencesPositionDescription: 'Beside the findings or below them',
        preferencesPositionSide: 'Beside',
        preferencesPositionBottom: 'Below',
        preferencesConfirm: 'Show so',
        preferencesCancel: 'Cancel',
        closeButtonAriaLabel: 'Close the finding',
        openButtonAriaLabel: 'Open the finding',
        resizeHandleAriaLabel: 'Change the size of the panel',
        resizeHandleTooltipText: 'Drag or choose to change the size',
      }}
    >
      <SpaceBetween size="m">
        {error === undefined ? null : <Problem error={error} what="The finding" retry={reload} />}
        {loading ? <Waiting lines={8} /> : null}
        {value === undefined || finding === undefined ? null : <Known key={id} detail={value} finding={finding} />}
      </SpaceBetween>
    </SplitPanel>
  );
}

/** Short, because the sentence below says it in full. */
function titleOf(finding: Finding): string {
  return `${isolated(resourceOf(finding))}, used from ${isolated(callerOf(finding))}`;
}

function Known({ detail, finding }: { readonly detail: FindingDetail; readonly finding: Finding }) {
  const [tab, setTab] = useState('evidence');
  const evidence = evidenceOf(finding);
  const open = (id: string, label: string, content: () => React.ReactNode) => ({
    id,
    label,
    // Tabs ask the server; only the one in front should.
    content: tab === id ? content() : null,
  });
  return (
    <SpaceBetween size="m">
      <Head detail={detail} finding={finding} evidence={evidence} />
      {evidence === undefined ? (
        <Alert type="info">
          This finding carries no evidence of Straykey's: it is a sample, or another version wrote it. Everything it
          says is under JSON.
        </Alert>
      ) : null}
      <Tabs
        activeTabId={tab}
        onChange={({ detail: change }) => setTab(change.activeTabId)}
        ariaLabel="About the finding"
        tabs={[
          ...(evidence === undefined ? [] : evidenceTabs(finding, evidence, open)),
          open('respond', 'Response plan', () => <ResponsePlan id={finding.id} />),
          open('history', 'History', () => <History id={finding.id} />),
          open('json', 'JSON', () => <Json finding={finding} evidence={evidence} />),
        ]}
      />
    </SpaceBetween>
  );
}

function evidenceTabs(
  finding: Finding,
  evidence: Evidence,
  open: (
    id: string,
    label: string,
    content: () => React.ReactNode,
  ) => { id: string; label: string; content: React.ReactNode },
) {
  return [
    open('evidence', 'Evidence', () => <EvidenceLadder evidence={evidence} />),
    open('timeline', 'Timeline', () => <Timeline id={finding.id} finding={finding} />),
    open('calls', 'Calls', () => <Calls evidence={evidence} />),
    open('keys', 'Keys', () => <Keys evidence={evidence} />),
    open('explain', 'Why it alarms', () => <Explain finding={finding} evidence={evidence} />),
  ];
}

/** As GuardDuty's API gives it, with the evidence text unpacked below: nobody should read JSON inside JSON. */
function Json({ finding, evidence }: { readonly finding: Finding; readonly evidence: Evidence | undefined }) {
  return (
    <SpaceBetween size="m">
      <Lines label="finding as JSON" text={JSON.stringify(finding, null, 2)} wrap />
      {evidence === undefined ? null : <Lines label="evidence as JSON" text={JSON.stringify(evidence, null, 2)} wrap />}
    </SpaceBetween>
  );
}
