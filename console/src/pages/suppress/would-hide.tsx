import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import type { Finding, SuppressionPreview } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { href } from '../../kit/route.ts';
import { Empty } from '../../parts/empty.tsx';
import { Flag } from '../../parts/flag.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Severity } from '../../parts/severity.tsx';
import { Stamp } from '../../parts/stamp.tsx';
import { Mono, Words } from '../../parts/words.tsx';

/** The dry run over findings that are stored: what the rule would have hidden, and what of it is unlike the one it is made for. */
export function WouldHide(props: {
  readonly preview: SuppressionPreview | undefined;
  readonly loading: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  readonly finding: Finding;
  readonly accept: ReactNode;
}) {
  const { preview, loading, error, finding } = props;
  if (error !== undefined) return <Problem error={error} what="The dry run" retry={props.retry} />;
  const others = preview?.findings.filter(({ id }) => id !== finding.id) ?? [];
  const more = Math.max(others.length, (preview?.wouldHide ?? 1) - 1);
  return (
    <Container
      header={
        <Header variant="h2" description="What the rule would have hidden among the findings that are open now">
          Dry run
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div aria-live="polite">
          {preview === undefined || loading ? (
            <StatusIndicator type="loading">Looking at the findings</StatusIndicator>
          ) : (
            <Flag
              type={preview.warnings.length > 0 ? 'warning' : 'success'}
              label={preview.warnings.length > 0 ? 'Warning' : 'Good'}
            >
              It would hide {number(preview.wouldHide)} of {counted(preview.active, 'open finding')}
              {more === 0 ? ': no other than this one' : `: ${number(more)} more than this one`}.
            </Flag>
          )}
        </div>
        {preview === undefined || loading || preview.warnings.length === 0 ? null : (
          <Alert type="warning" header="It would hide findings unlike this one">
            <ul className="plain">
              {preview.warnings.map((warning) => (
                <li key={warning}>
                  <Words>{warning}</Words>
                </li>
              ))}
            </ul>
            {props.accept}
          </Alert>
        )}
        <Table
          variant="embedded"
          contentDensity="compact"
          wrapLines
          items={others}
          trackBy="id"
          ariaLabels={{ tableLabel: 'Other findings it would hide' }}
          columnDefinitions={[
            {
              id: 'resource',
              header: 'Also hides: credential of',
              isRowHeader: true,
              minWidth: 150,
              cell: ({ id, resourceName, title }) => (
                <Link href={href(['findings', id])}>
                  <Words>{resourceName || title}</Words>
                </Link>
              ),
            },
            { id: 'severity', header: 'Severity', minWidth: 90, cell: ({ severity }) => <Severity value={severity} /> },
            {
              id: 'caller',
              header: 'Used from',
              minWidth: 130,
              cell: ({ callerAddress }) => <Mono>{callerAddress}</Mono>,
            },
            { id: 'account', header: 'Account', minWidth: 120, cell: ({ accountId }) => <Mono>{accountId}</Mono> },
            { id: 'count', header: 'Calls', minWidth: 70, cell: ({ count }) => number(count) },
            {
              id: 'updated',
              header: 'Last call (UTC)',
              minWidth: 130,
              cell: ({ updatedAt }) => <Stamp at={updatedAt} seconds={false} />,
            },
          ]}
          empty={<Empty title="No other finding" />}
          footer={others.length < more ? `and ${number(more - others.length)} more` : undefined}
        />
      </SpaceBetween>
    </Container>
  );
}
