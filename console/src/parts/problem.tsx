import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { advice } from '../api/client.ts';
import { sentence } from '../kit/use-act.ts';

/** What could not be loaded, why, and what to do. */
export function Problem({
  error,
  what,
  retry,
}: {
  readonly error: unknown;
  readonly what: string;
  readonly retry?: () => void;
}) {
  return (
    <Alert
      type="error"
      header={`${what} could not be loaded`}
      action={retry === undefined ? undefined : <Button onClick={retry}>Try again</Button>}
    >
      {sentence(error)} {advice(error)}
    </Alert>
  );
}
