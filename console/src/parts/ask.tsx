import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { type ReactNode, useState } from 'react';

/** Asks before something is written. `reason`: one is required, because the audit trail keeps it. */
export function Ask(props: {
  readonly title: string;
  readonly doIt: string;
  readonly busy: boolean;
  readonly size?: 'medium' | 'large';
  readonly reason?: 'required' | 'optional';
  readonly reasonHint?: string;
  /** False while something else is missing. */
  readonly ready?: boolean;
  readonly children?: ReactNode;
  readonly onDone: (reason: string) => void;
  readonly onCancel: () => void;
}) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const missing = props.reason === 'required' && reason.trim() === '';
  const submit = () => {
    setTried(true);
    if (!missing && props.ready !== false) props.onDone(reason.trim());
  };
  return (
    <Modal
      visible
      size={props.size ?? 'medium'}
      header={props.title}
      onDismiss={props.onCancel}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={props.onCancel}>
              Cancel
            </Button>
            <Button variant="primary" loading={props.busy} onClick={submit}>
              {props.doIt}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {props.children}
        {props.reason === undefined ? null : (
          <FormField
            label={props.reason === 'required' ? 'Reason' : 'Reason (optional)'}
            description={props.reasonHint ?? 'Kept in the audit trail with your name.'}
            errorText={tried && missing ? 'Say why: whoever reads this in a year will ask.' : undefined}
          >
            <Textarea
              value={reason}
              rows={3}
              onChange={({ detail }) => setReason(detail.value)}
              placeholder="INC-1234: confirmed with the owner of the gateway"
            />
          </FormField>
        )}
      </SpaceBetween>
    </Modal>
  );
}
