import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { NewStatement } from '../../api/types.ts';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { Ask } from '../../parts/ask.tsx';

/** What a person may accept on top of ordinary calls; see MODEL: sensitive kinds alarm even from expected hosts unless said. */
const KINDS = [
  { value: 'RECON', label: 'Looking around', description: 'Listing what there is' },
  { value: 'SECRETS', label: 'Secrets', description: 'Reading secrets and parameters' },
  { value: 'ROLE_CHAIN', label: 'Other roles', description: 'Making credentials of other roles' },
  { value: 'CRITICAL', label: 'Critical calls', description: 'Making users, stopping trails: think twice' },
];

/** A statement about any host or network, also one that was never seen. */
export function SayForm({ onClose }: { readonly onClose: () => void }) {
  const { own } = useServices();
  const { busy, act } = useAct();
  const [verdict, setVerdict] = useState<NewStatement['verdict']>('expected');
  const [host, setHost] = useState('');
  const [name, setName] = useState('');
  const [account, setAccount] = useState('');
  const [accept, setAccept] = useState<readonly string[]>([]);
  const [days, setDays] = useState('');
  const ready = host.trim() !== '' && (days === '' || Number(days) > 0);

  async function say(reason: string): Promise<void> {
    const done = await act({
      what: () =>
        own.say({
          verdict,
          host: host.trim(),
          reason,
          ...(name.trim() === '' ? {} : { function: name.trim() }),
          ...(account.trim() === '' ? {} : { account: account.trim() }),
          ...(verdict !== 'expected' || accept.length === 0 ? {} : { accept }),
          ...(days === '' ? {} : { ttlDays: Number(days) }),
        }),
      done: 'Kept. Straykey judges again with it.',
      failed: 'Could not keep it',
      topics: ['hosts', 'statements', 'findings'],
    });
    if (done) onClose();
  }

  return (
    <Ask
      title="Say something of a host"
      doIt="Say it"
      reason="required"
      ready={ready}
      busy={busy}
      onDone={(reason) => void say(reason)}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        <RadioGroup
          ariaLabel="What you say"
          value={verdict}
          onChange={({ detail }) => setVerdict(detail.value as NewStatement['verdict'])}
          items={[
            { value: 'expected', label: 'It is expected', description: 'Calls from there stay silent' },
            { value: 'malicious', label: 'It is malicious', description: 'Calls from there always alarm' },
            { value: 'clear', label: 'Forget it', description: 'Nothing learned or said of it counts any more' },
          ]}
        />
        <FormField label="Host" constraintText="Address or network: 198.51.100.7, 198.51.100.0/28">
          <Input value={host} onChange={({ detail }) => setHost(detail.value)} spellcheck={false} />
        </FormField>
        <FormField label="Function (optional)" constraintText="Without one: all functions">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
        </FormField>
        <FormField label="Account (optional)" constraintText="12 digits">
          <Input value={account} onChange={({ detail }) => setAccount(detail.value)} inputMode="numeric" />
        </FormField>
        {verdict === 'expected' ? (
          <>
            <FormField label="Also accept (optional)">
              <Multiselect
                selectedOptions={KINDS.filter(({ value }) => accept.includes(value))}
                options={KINDS}
                placeholder="Ordinary calls only"
                onChange={({ detail }) => setAccept(detail.selectedOptions.flatMap(({ value }) => value ?? []))}
              />
            </FormField>
            <FormField
              label="For how many days (optional)"
              constraintText="Without a number: until somebody says otherwise"
            >
              <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} />
            </FormField>
          </>
        ) : null}
      </SpaceBetween>
    </Ask>
  );
}
