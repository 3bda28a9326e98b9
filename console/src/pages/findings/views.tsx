import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { useLoad } from '../../kit/use-load.ts';
import { isolated } from '../../kit/visible.ts';
import { Ask } from '../../parts/ask.tsx';
import { SEVERITY } from './fields.ts';
import { NEWEST_FIRST, queryOf, type View, viewOf } from './view.ts';

const READY_MADE: readonly { readonly name: string; readonly view: View }[] = [
  { name: 'Open, newest first', view: NEWEST_FIRST },
  {
    name: 'High and critical',
    view: {
      ...NEWEST_FIRST,
      tokens: ['Critical', 'High'].map((value) => ({ propertyKey: SEVERITY, operator: '=', value })),
    },
  },
  { name: 'Most calls first', view: { ...NEWEST_FIRST, sort: 'service.count' } },
  { name: 'Archived and suppressed', view: { ...NEWEST_FIRST, status: 'archived' } },
];

/** Views that come with the console, and those people saved: shared by everybody, kept on the server. */
export function Views({ view, onChoose }: { readonly view: View; readonly onChoose: (view: View) => void }) {
  const { own, mayWrite } = useServices();
  const { busy, act } = useAct();
  const [saving, setSaving] = useState(false);
  const [name, setName] = useState('');
  const saved = useLoad({ key: 'views', topics: ['views'], load: (signal) => own.views(signal) });
  const items = saved.value?.items ?? [];

  async function save(): Promise<void> {
    const done = await act({
      what: () => own.saveView({ name: name.trim(), body: queryOf(view) }),
      done: `View ${isolated(name.trim())} saved`,
      failed: 'Could not save the view',
      topics: ['views'],
    });
    if (done) setSaving(false);
  }

  function choose(id: string): void {
    const kept = items.find((each) => `view ${each.name}` === id);
    if (kept !== undefined) onChoose(viewOf(new URLSearchParams(texts(kept.body))));
    else if (id === 'save') setSaving(true);
    else if (id.startsWith('remove ')) {
      const gone = id.slice('remove '.length);
      void act({
        what: () => own.removeView(gone),
        done: `View ${isolated(gone)} removed`,
        failed: 'Could not remove the view',
        topics: ['views'],
      });
    } else onChoose(READY_MADE.find((each) => `ready ${each.name}` === id)?.view ?? NEWEST_FIRST);
  }

  return (
    <>
      <ButtonDropdown
        loading={busy}
        items={[
          { text: 'Ready-made', items: READY_MADE.map((each) => ({ id: `ready ${each.name}`, text: each.name })) },
          ...(items.length === 0
            ? []
            : [
                { text: 'Saved', items: items.map((each) => ({ id: `view ${each.name}`, text: isolated(each.name) })) },
              ]),
          ...(mayWrite
            ? [
                { id: 'save', text: 'Save what is shown …' },
                ...(items.length === 0
                  ? []
                  : [
                      {
                        text: 'Remove',
                        items: items.map((each) => ({ id: `remove ${each.name}`, text: isolated(each.name) })),
                      },
                    ]),
              ]
            : []),
        ]}
        onItemClick={({ detail }) => choose(detail.id)}
      >
        Views
      </ButtonDropdown>
      {saving ? (
        <Ask
          title="Save this view"
          doIt="Save"
          busy={busy}
          ready={name.trim() !== ''}
          onDone={() => void save()}
          onCancel={() => setSaving(false)}
        >
          <FormField label="Name" description="Filter, status and order are saved, for everybody who signs in here.">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </Ask>
      ) : null}
    </>
  );
}

function texts(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
