import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Evidence, Finding } from '../../api/types.ts';
import { callerOf } from '../../kit/evidence.ts';
import { counted, number } from '../../kit/numbers.ts';
import { href } from '../../kit/route.ts';
import { useServices } from '../../kit/services.ts';
import { minute } from '../../kit/time.ts';
import { useLoad } from '../../kit/use-load.ts';
import { Problem } from '../../parts/problem.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Lines, Words } from '../../parts/words.tsx';

/** Why this use is not expected, and what would have to happen before it is. */
export function Explain({ finding, evidence }: { readonly finding: Finding; readonly evidence: Evidence }) {
  const { learning, inside } = evidence;
  const share = learning.required === 0 ? 0 : Math.min(100, (100 * learning.evidenceDays) / learning.required);
  return (
    <SpaceBetween size="m">
      <Box variant="p">
        <Words>{learning.text}</Words>
      </Box>
      <ProgressBar
        value={share}
        label="Evidence that the host is expected"
        description={`${number(learning.evidenceDays)} of ${counted(learning.required, 'day')}`}
        additionalInfo={
          learning.missing.length === 0 ? undefined : <Words>{`Missing: ${learning.missing.join('; ')}`}</Words>
        }
      />
      <KeyValuePairs
        columns={2}
        minColumnWidth={190}
        items={[
          { label: 'What is known of the host', value: <Words>{learning.state}</Words> },
          { label: 'Reasons for the alarm', value: <Words>{learning.reasons.join(', ')}</Words> },
          {
            label: 'Days needed',
            value: <Words>{learning.parts.map(({ name, days }) => `${name} ${days}`).join(', ') || 'none'}</Words>,
          },
          { label: 'Calls kept silent so far', value: number(learning.silencedCalls) },
          {
            label: 'First and last evidence (UTC)',
            value:
              learning.firstEvidence === undefined
                ? 'none'
                : `${minute(learning.firstEvidence)} to ${minute(learning.lastEvidence)}`,
          },
          { label: 'Also used inside AWS', value: insideSays(inside) },
        ]}
      />
      <ExpandableSection headerText="The whole argument as text" headingTagOverride="h3">
        <WholeText id={finding.id} />
      </ExpandableSection>
      <div className="badges">
        <Link href={href(['hosts'], { q: callerOf(finding) })}>What is learned of this host</Link>
        <Link href={href(['findings', finding.id, 'suppress'])}>If it is expected: suppress it</Link>
      </div>
    </SpaceBetween>
  );
}

function insideSays({ days, inVpc }: Evidence['inside']): string {
  const where = inVpc === undefined ? '' : inVpc ? ', in a VPC' : ', not in a VPC';
  return days.total === 0
    ? `not seen${where}`
    : `on ${counted(days.total, 'day')}, last on ${days.listed.at(-1) ?? ''}${where}`;
}

/** As `straykey explain` prints it: for a ticket or a mail. */
function WholeText({ id }: { readonly id: string }) {
  const { own } = useServices();
  const { value, error, reload } = useLoad({
    key: id,
    topics: ['findings'],
    load: (signal) => own.explain(id, signal),
  });
  if (error !== undefined) return <Problem error={error} what="The text" retry={reload} />;
  return value === undefined ? <Waiting /> : <Lines label="argument as text" text={value} />;
}
