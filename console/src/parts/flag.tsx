import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';

/** A status sign with a sentence beside it. Cloudscape's own wraps in the middle of words, which suits states of one word only. */
export function Flag(props: {
  readonly type: StatusIndicatorProps.Type;
  /** The sign for ears: "Warning". */
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="flag">
      <StatusIndicator type={props.type} iconAriaLabel={props.label} wrapText={false} />
      <span>{props.children}</span>
    </div>
  );
}
