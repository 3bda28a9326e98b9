import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Evidence } from '../../api/types.ts';
import { counted } from '../../kit/numbers.ts';
import { Flag } from '../../parts/flag.tsx';
import { Words } from '../../parts/words.tsx';

/** From whose credential to what speaks against it: each step with its reason, where to look, and what would make it wrong. */
export function EvidenceLadder({ evidence }: { readonly evidence: Evidence }) {
  return (
    <SpaceBetween size="m">
      <ol className="ladder" aria-label="Evidence">
        {evidence.statements.map((statement, i) => (
          <li key={statement.says} data-step={i + 1}>
            <p className="says">
              <Words>{statement.says}</Words>
            </p>
            <p>
              <Words>{statement.because}</Words>
            </p>
            <p className="wrong">
              <strong>Wrong if</strong> <Words>{statement.wrongIf}</Words>.
            </p>
            <p className="source">
              <strong>Look at</strong> <Words>{statement.source}</Words>
            </p>
          </li>
        ))}
      </ol>
      <div>
        <h3 className="small-heading">Confidence: {evidence.confidence.level}</h3>
        <SpaceBetween size="xxs">
          {evidence.confidence.for.map(({ name, says }) => (
            <Flag key={name} type="success" label="For">
              <Words>{says}</Words>
            </Flag>
          ))}
          {evidence.confidence.against.map(({ name, says }) => (
            <Flag key={name} type="warning" label="Against">
              <Words>{says}</Words>
            </Flag>
          ))}
        </SpaceBetween>
      </div>
      <Proof evidence={evidence} />
    </SpaceBetween>
  );
}

const RUNGS: Readonly<Record<string, string>> = {
  'in-scope-of': 'CloudTrail names the resource in the record itself (strongest)',
  'issued-key': 'The key is in the answer of the AssumeRole that Lambda made',
  'issued-session': 'The same role session as one that Lambda made',
  'log-writer': 'The same key wrote the function’s log group from inside AWS',
  'session-name': 'Only the session’s name fits (never a finding by itself)',
};

function Proof({ evidence }: { readonly evidence: Evidence }) {
  return (
    <div>
      <h3 className="small-heading">Which proof, for how many calls</h3>
      <ul className="plain">
        {evidence.credential.rungs.map(({ rung, calls }) => (
          <li key={rung}>
            {counted(calls, 'call')}: {RUNGS[rung] ?? rung}
          </li>
        ))}
        {evidence.presigned.calls === 0 ? null : (
          <li>
            {counted(evidence.presigned.calls, 'presigned request')} beside: signed by the function, sent by others, no
            part of this finding
          </li>
        )}
      </ul>
    </div>
  );
}
