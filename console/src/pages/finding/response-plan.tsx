import Alert from '@cloudscape-design/components/alert';
import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Plan } from '../../api/types.ts';
import { useServices } from '../../kit/services.ts';
import { useAct } from '../../kit/use-act.ts';
import { useLoad } from '../../kit/use-load.ts';
import { Problem } from '../../parts/problem.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Lines, Words } from '../../parts/words.tsx';
import { saveFile } from './save-file.ts';

type Phase = Plan['phases'][number];
type Step = Phase['steps'][number];
type Command = Step['commands'][number];

/** What to do, in the order that works. Nothing is run from here. */
export function ResponsePlan({ id }: { readonly id: string }) {
  const { own } = useServices();
  const { act, busy } = useAct();
  const { value, error, loading, reload } = useLoad({
    key: id,
    topics: ['findings'],
    load: (signal) => own.plan(id, signal),
  });
  if (error !== undefined && value === undefined)
    return <Problem error={error} what="The response plan" retry={reload} />;
  if (loading || value === undefined) return <Waiting lines={6} />;
  const save = (format: 'markdown' | 'sh', name: string) =>
    act({
      what: async () => saveFile(name, await own.planText(id, format)),
      done: `${name} saved`,
      failed: 'Could not fetch the plan',
      topics: [],
    });
  return (
    <SpaceBetween size="m">
      <div className="badges">
        <Button iconName="download" disabled={busy} onClick={() => void save('markdown', `respond-${id}.md`)}>
          For a ticket (Markdown)
        </Button>
        <Button iconName="download" disabled={busy} onClick={() => void save('sh', `respond-${id}.sh`)}>
          Shell script
        </Button>
      </div>
      <Box color="text-body-secondary">Nothing is run from here: read each command, then run it yourself.</Box>
      <ul className="plain">
        {value.situation.map(({ says, values }) => (
          <li key={says}>
            <Words>{says}</Words> {values === undefined ? null : <Words>{values.join(', ')}</Words>}
          </li>
        ))}
      </ul>
      {value.phases.map((phase, i) => (
        <ExpandableSection
          key={phase.name}
          headerText={`${i + 1}. ${phase.title}`}
          headingTagOverride="h3"
          defaultExpanded={i < 2}
        >
          <SpaceBetween size="l">
            {phase.steps.map((step) => (
              <StepOfPlan key={step.id} step={step} />
            ))}
          </SpaceBetween>
        </ExpandableSection>
      ))}
      <WhenExpected plan={value} />
    </SpaceBetween>
  );
}

function StepOfPlan({ step }: { readonly step: Step }) {
  return (
    <SpaceBetween size="xs">
      <Box variant="strong">
        <Words>{step.does}</Words>
      </Box>
      {step.why === undefined ? null : <Words>{step.why}</Words>}
      {step.questions?.map(({ asks, data }) => (
        <div key={asks}>
          <Words>{asks}</Words>
          <ul className="plain">
            {data.map(({ says, values }) => (
              <li key={says}>
                <Words>{says}</Words> {values === undefined ? null : <Words>{values.join(', ')}</Words>}
              </li>
            ))}
          </ul>
        </div>
      ))}
      {step.policy === undefined ? null : (
        <Lines label={`policy ${step.policy.name}`} text={JSON.stringify(step.policy.document, null, 2)} />
      )}
      <Commands commands={step.commands} />
      {step.trap === undefined ? null : (
        <Alert type="warning" header="Take care">
          <Words>{step.trap}</Words>
        </Alert>
      )}
      {step.breaks === undefined ? null : (
        <div className="second">
          <strong>Breaks:</strong> <Words>{step.breaks}</Words>
        </div>
      )}
      {step.undo === undefined || step.undo.length === 0 ? null : (
        <ExpandableSection variant="footer" headerText="How to undo it">
          <Commands commands={step.undo} />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

function Commands({ commands }: { readonly commands: readonly Command[] }) {
  return (
    <SpaceBetween size="xs">
      {commands.map((command) => (
        <div key={command.text}>
          {command.note === undefined ? null : (
            <div className="second">
              <Words>{command.note}</Words>
            </div>
          )}
          <Lines label="command" text={command.text} wrap />
          <div className="badges second">
            {command.changes ? <Badge color="severity-medium">changes things</Badge> : <Badge>only reads</Badge>}
            {command.account === undefined ? null : (
              <span>
                in account <Words>{command.account}</Words>
              </span>
            )}
            {command.fill.length === 0 ? null : (
              <span>
                fill in <Words>{command.fill.join(', ')}</Words>
              </span>
            )}
          </div>
        </div>
      ))}
    </SpaceBetween>
  );
}

function WhenExpected({ plan }: { readonly plan: Plan }) {
  return (
    <ExpandableSection headerText="When it was expected" headingTagOverride="h3">
      <SpaceBetween size="l">
        <Words>{plan.expected.choose}</Words>
        {plan.expected.ways.map((way) => (
          <SpaceBetween key={way.id} size="xs">
            <Box variant="strong">
              <Words>{way.title}</Words>
            </Box>
            <Words>{way.takeWhen}</Words>
            <div className="second">
              <strong>Still alarms:</strong> <Words>{way.stillAlarms}</Words>
            </div>
            <div className="second">
              <strong>Also silences:</strong> <Words>{way.alsoSilences}</Words>
            </div>
            {way.document === undefined ? null : <Lines label={way.document.name} text={way.document.text} />}
            <Commands commands={way.commands} />
            <div className="second">
              <strong>To undo:</strong> <Words>{way.undo}</Words>
            </div>
          </SpaceBetween>
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
