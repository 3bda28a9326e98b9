import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import DatePicker from '@cloudscape-design/components/date-picker';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import type { Finding } from '../../api/types.ts';
import { callerOf } from '../../kit/evidence.ts';
import { go, href } from '../../kit/route.ts';
import { useServices } from '../../kit/services.ts';
import { sentence, useAct } from '../../kit/use-act.ts';
import { useLoad } from '../../kit/use-load.ts';
import { useNow } from '../../kit/use-now.ts';
import { Page } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Mono, Words } from '../../parts/words.tsx';
import { CALLER_V4, CALLER_V6 } from '../findings/fields.ts';
import { bitsOf, networkOf } from './cidr.ts';
import { ruleName } from './rule-name.ts';
import { Widen } from './widen.tsx';
import { WouldHide } from './would-hide.tsx';

/** From a finding to the rule for its two criteria: finding type and caller address, as GuardDuty's own page recommends. */
export function SuppressPage({ id }: { readonly id: string }) {
  const { own, mayWrite } = useServices();
  const { value, error, loading, reload } = useLoad({
    key: id,
    topics: [],
    load: (signal) => own.detail(id, signal),
  });
  const finding = value?.finding as Finding | undefined;
  return (
    <Page
      title="Suppress findings like this one"
      says="When the use is expected: a gateway, a VPN, AWS Outposts. Findings that the rule names are archived as they arrive and told to nobody."
      actions={<Button onClick={() => go(href(['findings', id]))}>Back to the finding</Button>}
    >
      {error === undefined ? null : <Problem error={error} what="The finding" retry={reload} />}
      {loading ? <Waiting lines={6} /> : null}
      {mayWrite ? null : <Alert type="info">You may read but not write: this page shows what a rule would hide.</Alert>}
      {finding === undefined ? null : callerOf(finding) === '' ? (
        <Alert type="warning">This finding names no caller address, so there is nothing to make a rule of.</Alert>
      ) : (
        <RuleForm finding={finding} />
      )}
    </Page>
  );
}

function RuleForm({ finding }: { readonly finding: Finding }) {
  const { own, guardDuty, mayWrite } = useServices();
  const { busy, act } = useAct();
  const caller = callerOf(finding);
  const [length, setLength] = useState<number>(bitsOf(caller));
  const [name, setName] = useState(() => ruleName(caller));
  const [reason, setReason] = useState('');
  const [expires, setExpires] = useState('');
  const [archiveToo, setArchiveToo] = useState(true);
  const [warned, setWarned] = useState(false);
  const [tried, setTried] = useState(false);
  const now = useNow();
  const cidr = networkOf(caller, length) ?? caller;
  const preview = useLoad({
    key: cidr,
    topics: ['findings'],
    keep: true,
    load: async (signal) => {
      // The slider passes many networks on its way; only where it rests is worth a question.
      await rest(signal);
      return own.previewSuppression(finding.id, cidr, signal);
    },
  });
  const warnings = preview.loading ? [] : (preview.value?.warnings ?? []);
  const unlike = warnings.length > 0;
  const wrong = {
    name: /^[A-Za-z0-9._-]{3,64}$/.test(name) ? undefined : '3 to 64 letters, digits, dots, hyphens, underscores.',
    reason: reason.trim() === '' ? 'Say who confirmed it: whoever reads this in a year will ask.' : undefined,
    expires: expires !== '' && Date.parse(expires) <= now ? 'Choose a day to come.' : undefined,
    unlike: unlike && !warned ? 'Confirm that you have read this.' : undefined,
  };

  async function create(): Promise<void> {
    setTried(true);
    if (Object.values(wrong).some((each) => each !== undefined)) return;
    const made = await act({
      what: async () => {
        await guardDuty.createFilter({
          name,
          // GuardDuty takes letters, digits and few other characters here.
          description: 'Expected use from this network. Made in the console. The reason is in its notes.',
          action: 'ARCHIVE',
          rank: 1,
          findingCriteria: {
            criterion: {
              type: { equals: [finding.type] },
              [caller.includes(':') ? CALLER_V6 : CALLER_V4]: { equals: [cidr] },
            },
          },
        });
        const notes = { reason: reason.trim(), ...(expires === '' ? {} : { expires: `${expires}T00:00:00.000Z` }) };
        await own.noteRule(name, notes).catch((cause: unknown) => {
          throw new Error(`The rule ${name} is in force, but its reason and end could not be kept: ${sentence(cause)}`);
        });
        if (archiveToo && !finding.service.archived) await guardDuty.archive([finding.id], true);
      },
      done: `Rule ${name} is in force`,
      failed: 'The rule could not be made as asked',
      topics: ['rules', 'findings'],
    });
    if (made) go(href(['rules']));
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <Form
        actions={
          mayWrite ? (
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={() => go(href(['findings', finding.id]))}>
                Cancel
              </Button>
              <Button variant="primary" loading={busy}>
                Create the rule
              </Button>
            </SpaceBetween>
          ) : undefined
        }
      >
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">What it hides</Header>}>
            <SpaceBetween size="m">
              <FormField label="Finding type">
                <Words>{finding.type}</Words>
              </FormField>
              <Widen caller={caller} length={length} onLength={setLength} />
              <div>
                Rule: finding type is this one <strong>and</strong> API caller address is in <Mono>{cidr}</Mono>
              </div>
            </SpaceBetween>
          </Container>
          <WouldHide
            preview={preview.value}
            loading={preview.loading}
            error={preview.error}
            retry={preview.reload}
            finding={finding}
            accept={
              mayWrite && unlike ? (
                <FormField errorText={tried ? wrong.unlike : undefined}>
                  <Checkbox checked={warned} onChange={({ detail }) => setWarned(detail.checked)}>
                    I have read this, and hide them all the same
                  </Checkbox>
                </FormField>
              ) : null
            }
          />
          {mayWrite ? (
            <Container header={<Header variant="h2">Name, reason, end</Header>}>
              <SpaceBetween size="m">
                <FormField label="Name" errorText={tried ? wrong.name : undefined}>
                  <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
                </FormField>
                <FormField
                  label="Reason"
                  description="Kept with the rule and in the audit trail."
                  errorText={tried ? wrong.reason : undefined}
                >
                  <Textarea
                    value={reason}
                    rows={3}
                    onChange={({ detail }) => setReason(detail.value)}
                    placeholder="Gateway of the Leipzig office, confirmed by its owner"
                  />
                </FormField>
                <FormField
                  label="Expires (optional)"
                  description="UTC day from which the rule does nothing. Gateways move: a rule without an end is a hole that stays."
                  constraintText="YYYY-MM-DD"
                  errorText={tried ? wrong.expires : undefined}
                >
                  <DatePicker
                    format="iso"
                    value={expires}
                    onChange={({ detail }) => setExpires(detail.value)}
                    placeholder="YYYY-MM-DD"
                    openCalendarAriaLabel={() => 'Choose the day'}
                  />
                </FormField>
                {finding.service.archived ? null : (
                  <Checkbox
                    checked={archiveToo}
                    description="Rules work on what arrives from now on; findings that are there stay as they are."
                    onChange={({ detail }) => setArchiveToo(detail.checked)}
                  >
                    Archive this finding too
                  </Checkbox>
                )}
              </SpaceBetween>
            </Container>
          ) : null}
        </SpaceBetween>
      </Form>
    </form>
  );
}

/** How long the slider must rest before the server is asked. */
const REST_MS = 150;

function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, REST_MS);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
