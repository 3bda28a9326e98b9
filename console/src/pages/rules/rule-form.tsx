import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import type { Criteria, RuleLine } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { useServices } from '../../kit/services.ts';
import { sentence, useAct } from '../../kit/use-act.ts';
import { useLoad } from '../../kit/use-load.ts';
import { isolated } from '../../kit/visible.ts';
import { Ask } from '../../parts/ask.tsx';
import { Flag } from '../../parts/flag.tsx';
import { Words } from '../../parts/words.tsx';
import { criteriaOf, FINDING_TYPES, type Token, tokensOf } from '../findings/fields.ts';
import { FindingFilter } from '../findings/filter.tsx';
import { CriteriaText } from './criteria-text.tsx';

const NEW: readonly Token[] = [{ propertyKey: 'type', operator: '=', value: FINDING_TYPES[0] }];
const NOTHING_SEEN: ReadonlyMap<string, ReadonlySet<string>> = new Map();

/** A rule of any criteria; a rule says what it is for, so a new one needs a reason. */
export function RuleForm({ rule, onClose }: { readonly rule?: RuleLine; readonly onClose: () => void }) {
  const { own, guardDuty } = useServices();
  const { busy, act } = useAct();
  const kept = rule?.criteria as Criteria | undefined;
  const [tokens, setTokens] = useState<readonly Token[] | undefined>(() => (kept === undefined ? NEW : tokensOf(kept)));
  const [name, setName] = useState(rule?.name ?? '');
  const [description, setDescription] = useState(rule?.description ?? '');
  const [action, setAction] = useState(rule?.action ?? 'ARCHIVE');
  const [rank, setRank] = useState(String(rule?.rank ?? 1));
  const criteria = tokens === undefined ? (kept ?? { criterion: {} }) : criteriaOf(tokens);
  const empty = Object.keys(criteria.criterion).length === 0;
  const described = /^[\p{L}\p{N}\-.:_{}[\]()/\s]{0,512}$/u.test(description);
  const ready = /^[A-Za-z0-9._-]{3,64}$/.test(name) && described && !empty && Number(rank) >= 1 && Number(rank) <= 100;

  async function save(reason: string): Promise<void> {
    const filter = { name, description, action, rank: Number(rank), findingCriteria: criteria };
    const done = await act({
      what: async () => {
        await (rule === undefined ? guardDuty.createFilter(filter) : guardDuty.updateFilter(filter));
        if (reason !== '')
          await own.noteRule(name, { reason, ...(rule?.expires === undefined ? {} : { expires: rule.expires }) });
      },
      done: `Rule ${isolated(name)} is in force`,
      failed: 'Could not save the rule',
      topics: ['rules', 'findings'],
    });
    if (done) onClose();
  }

  return (
    <Ask
      size="large"
      title={rule === undefined ? 'New rule' : `Edit ${isolated(rule.name)}`}
      doIt="Save"
      reason={rule === undefined ? 'required' : 'optional'}
      ready={ready}
      busy={busy}
      onDone={(reason) => void save(reason)}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        {rule === undefined ? (
          <FormField label="Name" constraintText="3 to 64 letters, digits, dots, hyphens, underscores">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
          </FormField>
        ) : null}
        <FormField
          label="Description (optional)"
          errorText={described ? undefined : 'GuardDuty takes letters, digits, spaces and - . : _ { } [ ] ( ) / here.'}
        >
          <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
        </FormField>
        <FormField label="What it does">
          <RadioGroup
            value={action}
            onChange={({ detail }) => setAction(detail.value === 'NOOP' ? 'NOOP' : 'ARCHIVE')}
            items={[
              { value: 'ARCHIVE', label: 'Suppress', description: 'Archives matching findings and tells nobody' },
              { value: 'NOOP', label: 'Count only', description: 'A saved filter; nothing is hidden' },
            ]}
          />
        </FormField>
        {tokens === undefined ? (
          <Alert type="info" header="Its criteria say more than this form can">
            They stay as they are. Change them with the AWS CLI or Terraform: UpdateFilter.
            <CriteriaText criteria={criteria} />
          </Alert>
        ) : (
          <FormField label="Findings where" stretch>
            <FindingFilter label="Criteria of the rule" tokens={tokens} onChange={setTokens} seen={NOTHING_SEEN} />
          </FormField>
        )}
        {empty ? (
          <Flag type="info" label="Note">
            Name at least one field: a rule without criteria would hide everything.
          </Flag>
        ) : (
          <Matches criteria={criteria} />
        )}
        <FormField label="Rank" constraintText="1 to 100; the lowest rank that matches counts">
          <Input type="number" value={rank} onChange={({ detail }) => setRank(detail.value)} />
        </FormField>
      </SpaceBetween>
    </Ask>
  );
}

/** The dry run: what it would hide among open findings, and what speaks against it. */
function Matches({ criteria }: { readonly criteria: Criteria }) {
  const { own } = useServices();
  const { value, loading, error } = useLoad({
    key: JSON.stringify(criteria),
    topics: ['findings'],
    load: (signal) => own.dryRun(criteria, signal),
  });
  if (error !== undefined)
    return (
      <Flag type="warning" label="Warning">
        No dry run: {sentence(error)}
      </Flag>
    );
  if (loading || value === undefined) return <StatusIndicator type="loading">Looking at the findings</StatusIndicator>;
  return (
    <SpaceBetween size="xs">
      <Flag
        type={value.warnings.length > 0 ? 'warning' : 'info'}
        label={value.warnings.length > 0 ? 'Warning' : 'Note'}
      >
        Would hide {number(value.wouldHide)} of {counted(value.active, 'open finding')}
      </Flag>
      {value.warnings.length === 0 ? null : (
        <ul className="plain">
          {value.warnings.map((warning) => (
            <li key={warning}>
              <Words>{warning}</Words>
            </li>
          ))}
        </ul>
      )}
    </SpaceBetween>
  );
}
