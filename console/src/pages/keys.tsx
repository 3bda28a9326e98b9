import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { KeyLine, NewKey } from '../api/types.ts';
import { number } from '../kit/numbers.ts';
import { useServices } from '../kit/services.ts';
import { useAct } from '../kit/use-act.ts';
import { useLoad } from '../kit/use-load.ts';
import { Ask } from '../parts/ask.tsx';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Stamp } from '../parts/stamp.tsx';
import { Lines, Mono, Words } from '../parts/words.tsx';

/** Keys of Straykey's own API: for the AWS SDK and CLI, Terraform, scripts, and signing in here. They are no AWS keys. */
export function KeysPage() {
  const { own, mayWrite } = useServices();
  const { busy, act } = useAct();
  const { value, error, loading, reload } = useLoad({
    key: 'keys',
    topics: ['keys'],
    load: (signal) => own.keys(signal),
  });
  const [dialog, setDialog] = useState<{ readonly kind: 'new' } | { readonly kind: 'revoke'; readonly key: KeyLine }>();
  const [made, setMade] = useState<NewKey>();

  async function revoke(key: KeyLine): Promise<void> {
    await act({
      what: () => own.revokeKey(key.accessKeyId),
      done: `Key ${key.accessKeyId} revoked`,
      failed: 'Could not revoke the key',
      topics: ['keys'],
    });
    setDialog(undefined);
  }

  return (
    <Page
      title="Access keys"
      says="For programs that speak to Straykey's API as to GuardDuty's, and for signing in here. They open nothing in AWS."
      actions={mayWrite ? <Button onClick={() => setDialog({ kind: 'new' })}>New key</Button> : undefined}
    >
      {error === undefined ? null : <Problem error={error} what="The keys" retry={reload} />}
      <Table
        header={
          <Header variant="h2" counter={value === undefined ? undefined : `(${number(value.items.length)})`}>
            Keys
          </Header>
        }
        items={value?.items ?? []}
        trackBy="accessKeyId"
        loading={loading}
        loadingText="Loading keys"
        wrapLines
        ariaLabels={{ tableLabel: 'Access keys' }}
        columnDefinitions={[
          {
            id: 'id',
            header: 'Access key ID',
            isRowHeader: true,
            minWidth: 190,
            cell: ({ accessKeyId }) => <Mono>{accessKeyId}</Mono>,
          },
          { id: 'description', header: 'For', minWidth: 160, cell: ({ description }) => <Words>{description}</Words> },
          {
            id: 'role',
            header: 'Role',
            minWidth: 90,
            cell: ({ role }) => (role === 'admin' ? 'Reads and writes' : 'Reads'),
          },
          {
            id: 'made',
            header: 'Made (UTC)',
            minWidth: 140,
            cell: ({ createdAt, createdBy }) => (
              <>
                <Stamp at={createdAt} seconds={false} />
                <div className="second">
                  <Words>{createdBy}</Words>
                </div>
              </>
            ),
          },
          {
            id: 'used',
            header: 'Last used (UTC)',
            minWidth: 140,
            cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'never' : <Stamp at={lastUsedAt} seconds={false} />),
          },
          ...(mayWrite
            ? [
                {
                  id: 'revoke',
                  header: 'Change',
                  minWidth: 90,
                  cell: (key: KeyLine) => (
                    <Button
                      variant="inline-link"
                      ariaLabel={`Revoke ${key.accessKeyId}`}
                      onClick={() => setDialog({ kind: 'revoke', key })}
                    >
                      Revoke
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
        empty={<Empty title="No keys">Make one to point the AWS CLI, an SDK or Terraform at Straykey.</Empty>}
      />
      {dialog?.kind === 'new' ? (
        <CreateKey
          onClose={() => setDialog(undefined)}
          onMade={(key) => {
            setDialog(undefined);
            setMade(key);
          }}
        />
      ) : null}
      {dialog?.kind === 'revoke' ? (
        <Ask
          title="Revoke this key"
          doIt="Revoke"
          busy={busy}
          onDone={() => void revoke(dialog.key)}
          onCancel={() => setDialog(undefined)}
        >
          <p>
            <Mono>{dialog.key.accessKeyId}</Mono> (<Words>{dialog.key.description}</Words>) is refused from now on. This
            cannot be undone.
          </p>
        </Ask>
      ) : null}
      {made === undefined ? null : <Secret made={made} onClose={() => setMade(undefined)} />}
    </Page>
  );
}

function CreateKey({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (key: NewKey) => void }) {
  const { own } = useServices();
  const { busy, act } = useAct();
  const [description, setDescription] = useState('');
  const [role, setRole] = useState<'reader' | 'admin'>('reader');
  async function create(): Promise<void> {
    let made: NewKey | undefined;
    const done = await act({
      what: async () => {
        made = await own.createKey({ description: description.trim(), role });
      },
      done: 'Key made',
      failed: 'Could not make the key',
      topics: ['keys'],
    });
    if (done && made !== undefined) onMade(made);
  }
  return (
    <Ask
      title="New access key"
      doIt="Make it"
      busy={busy}
      ready={description.trim() !== ''}
      onDone={() => void create()}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        <FormField label="What is it for">
          <Input
            value={description}
            onChange={({ detail }) => setDescription(detail.value)}
            placeholder="Terraform in CI"
          />
        </FormField>
        <RadioGroup
          ariaLabel="Role"
          value={role}
          onChange={({ detail }) => setRole(detail.value === 'admin' ? 'admin' : 'reader')}
          items={[
            { value: 'reader', label: 'Reads', description: 'Findings, hosts, rules; changes nothing' },
            {
              value: 'admin',
              label: 'Reads and writes',
              description: 'Also archives, suppresses, vouches and makes keys',
            },
          ]}
        />
      </SpaceBetween>
    </Ask>
  );
}

function Secret({ made, onClose }: { readonly made: NewKey; readonly onClose: () => void }) {
  const text = `[straykey]\naws_access_key_id = ${made.accessKeyId}\naws_secret_access_key = ${made.secretAccessKey}\n`;
  return (
    <Modal
      visible
      header="Keep the secret now"
      onDismiss={onClose}
      footer={<Button onClick={onClose}>I have kept it</Button>}
    >
      <SpaceBetween size="m">
        <Alert type="warning">It is shown this once and cannot be shown again.</Alert>
        <Lines label="lines for ~/.aws/credentials" text={text} wrap />
        <Lines
          label="a first command"
          text={`aws guardduty list-detectors --profile straykey --endpoint-url ${window.location.origin}`}
          wrap
        />
      </SpaceBetween>
    </Modal>
  );
}
