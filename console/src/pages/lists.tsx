import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import type { AddressList, ListKind } from '../api/guardduty.ts';
import { number } from '../kit/numbers.ts';
import { useServices } from '../kit/services.ts';
import { useAct } from '../kit/use-act.ts';
import { useLoad } from '../kit/use-load.ts';
import { isolated } from '../kit/visible.ts';
import { Ask } from '../parts/ask.tsx';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Words } from '../parts/words.tsx';

const KINDS: readonly {
  readonly kind: ListKind;
  readonly title: string;
  readonly one: string;
  readonly says: string;
}[] = [
  {
    kind: 'ipset',
    title: 'Trusted IP lists',
    one: 'trusted IP list',
    says: 'Calls from these addresses make no findings; they are counted. For networks that are yours.',
  },
  {
    kind: 'threatintelset',
    title: 'Threat lists',
    one: 'threat list',
    says: 'Addresses known to be bad. They are never learned as expected.',
  },
];

/** GuardDuty's lists of addresses, read from files. */
export function ListsPage() {
  return (
    <Page
      title="IP lists"
      says="Lists of addresses that GuardDuty's API knows: from a file, an https address or S3, in any of its formats."
    >
      {KINDS.map((kind) => (
        <Lists key={kind.kind} {...kind} />
      ))}
    </Page>
  );
}

function Lists({ kind, title, one, says }: (typeof KINDS)[number]) {
  const { guardDuty, mayWrite } = useServices();
  const { busy, act } = useAct();
  const [dialog, setDialog] = useState<
    { readonly kind: 'new' } | { readonly kind: 'remove'; readonly list: AddressList }
  >();
  const { value, error, loading, reload } = useLoad({
    key: kind,
    topics: ['lists'],
    load: (signal) => guardDuty.lists(kind, signal),
  });
  const activate = (list: AddressList, active: boolean) =>
    act({
      what: () => guardDuty.activateList(kind, list.id, active),
      done: `${isolated(list.name)} is ${active ? 'in use' : 'set aside'}`,
      failed: 'Could not change the list',
      topics: ['lists'],
    });
  async function remove(list: AddressList): Promise<void> {
    await act({
      what: () => guardDuty.deleteList(kind, list.id),
      done: `${isolated(list.name)} removed`,
      failed: 'Could not remove the list',
      topics: ['lists'],
    });
    setDialog(undefined);
  }
  return (
    <>
      {error === undefined ? null : <Problem error={error} what={title} retry={reload} />}
      <Table
        header={
          <Header
            variant="h2"
            counter={value === undefined ? undefined : `(${number(value.length)})`}
            description={says}
            actions={mayWrite ? <Button onClick={() => setDialog({ kind: 'new' })}>Add a {one}</Button> : undefined}
          >
            {title}
          </Header>
        }
        items={value ?? []}
        trackBy="id"
        loading={loading}
        loadingText="Loading lists"
        wrapLines
        ariaLabels={{ tableLabel: title }}
        columnDefinitions={[
          { id: 'name', header: 'Name', isRowHeader: true, minWidth: 140, cell: ({ name }) => <Words>{name}</Words> },
          { id: 'status', header: 'Status', minWidth: 120, cell: ({ status }) => <Status status={status} /> },
          { id: 'format', header: 'Format', minWidth: 90, cell: ({ format }) => <Words>{format}</Words> },
          { id: 'location', header: 'Location', minWidth: 220, cell: ({ location }) => <Words>{location}</Words> },
          ...(mayWrite
            ? [
                {
                  id: 'change',
                  header: 'Change',
                  minWidth: 150,
                  cell: (list: AddressList) => (
                    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
                      <Toggle
                        checked={list.status === 'ACTIVE' || list.status === 'ACTIVATING'}
                        disabled={busy}
                        ariaLabel={`Use ${isolated(list.name)}`}
                        onChange={({ detail }) => void activate(list, detail.checked)}
                      />
                      <Button
                        variant="inline-icon"
                        iconName="remove"
                        ariaLabel={`Remove ${isolated(list.name)}`}
                        onClick={() => setDialog({ kind: 'remove', list })}
                      />
                    </SpaceBetween>
                  ),
                },
              ]
            : []),
        ]}
        empty={<Empty title={`No ${one}`} />}
      />
      {dialog?.kind === 'new' ? <NewList kind={kind} one={one} onClose={() => setDialog(undefined)} /> : null}
      {dialog?.kind === 'remove' ? (
        <Ask
          title={`Remove this ${one}`}
          doIt="Remove"
          busy={busy}
          onDone={() => void remove(dialog.list)}
          onCancel={() => setDialog(undefined)}
        >
          <p>
            <Words>{dialog.list.name}</Words> no longer counts from now on. The file it was read from is not touched.
          </p>
        </Ask>
      ) : null}
    </>
  );
}

const STATUSES: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  ACTIVE: 'success',
  ACTIVATING: 'in-progress',
  DEACTIVATING: 'in-progress',
  INACTIVE: 'stopped',
  ERROR: 'error',
  DELETE_PENDING: 'in-progress',
  DELETED: 'stopped',
};

function Status({ status }: { readonly status: string }) {
  const text = status.slice(0, 1) + status.slice(1).toLowerCase().replaceAll('_', ' ');
  return <StatusIndicator type={STATUSES[status] ?? 'info'}>{text}</StatusIndicator>;
}

const FORMATS = ['TXT', 'STIX', 'OTX_CSV', 'ALIEN_VAULT', 'PROOF_POINT', 'FIRE_EYE'].map((value) => ({
  value,
  label: value,
}));

function NewList({
  kind,
  one,
  onClose,
}: {
  readonly kind: ListKind;
  readonly one: string;
  readonly onClose: () => void;
}) {
  const { guardDuty } = useServices();
  const { busy, act } = useAct();
  const [name, setName] = useState('');
  const [format, setFormat] = useState('TXT');
  const [location, setLocation] = useState('');
  const [active, setActive] = useState(true);
  async function create(): Promise<void> {
    const done = await act({
      what: () =>
        guardDuty.createList(kind, { name: name.trim(), format, location: location.trim(), activate: active }),
      done: `${isolated(name)} added`,
      failed: 'Could not add the list',
      topics: ['lists'],
    });
    if (done) onClose();
  }
  return (
    <Ask
      title={`Add a ${one}`}
      doIt="Add"
      busy={busy}
      ready={name.trim() !== '' && location.trim() !== ''}
      onDone={() => void create()}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        <FormField label="Name">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
        <FormField label="Location" constraintText="s3://bucket/key, https://… or a file where Straykey runs">
          <Input value={location} onChange={({ detail }) => setLocation(detail.value)} spellcheck={false} />
        </FormField>
        <FormField label="Format">
          <Select
            selectedOption={FORMATS.find(({ value }) => value === format) ?? null}
            options={FORMATS}
            onChange={({ detail }) => setFormat(detail.selectedOption.value ?? 'TXT')}
          />
        </FormField>
        <Toggle checked={active} onChange={({ detail }) => setActive(detail.checked)}>
          Use it at once
        </Toggle>
      </SpaceBetween>
    </Ask>
  );
}
