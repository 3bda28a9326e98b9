import DatePicker from '@cloudscape-design/components/date-picker';
import FormField from '@cloudscape-design/components/form-field';
import { useState } from 'react';
import type { RuleLine } from '../../api/types.ts';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { isolated } from '../../kit/visible.ts';
import { Ask } from '../../parts/ask.tsx';

/** Why a rule exists, and until when. */
export function NotesForm({ rule, onClose }: { readonly rule: RuleLine; readonly onClose: () => void }) {
  const { own } = useServices();
  const { busy, act } = useAct();
  const [expires, setExpires] = useState(rule.expires?.slice(0, 10) ?? '');
  async function keep(reason: string): Promise<void> {
    const done = await act({
      what: () =>
        own.noteRule(rule.name, { reason, ...(expires === '' ? {} : { expires: `${expires}T00:00:00.000Z` }) }),
      done: `Reason and end of ${isolated(rule.name)} kept`,
      failed: 'Could not keep them',
      topics: ['rules', 'findings'],
    });
    if (done) onClose();
  }
  return (
    <Ask
      title={`Reason and end of ${isolated(rule.name)}`}
      doIt="Keep"
      reason="required"
      busy={busy}
      onDone={(reason) => void keep(reason)}
      onCancel={onClose}
    >
      <FormField
        label="Expires (optional)"
        description="UTC day from which the rule does nothing."
        constraintText="YYYY-MM-DD; empty: no end"
      >
        <DatePicker
          format="iso"
          value={expires}
          onChange={({ detail }) => setExpires(detail.value)}
          placeholder="YYYY-MM-DD"
          openCalendarAriaLabel={() => 'Choose the day'}
        />
      </FormField>
    </Ask>
  );
}
