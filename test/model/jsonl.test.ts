import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ModelVerdict, runModelLines } from '../../straykey/src/cli/model.ts';
import { batch } from './delivery.ts';
import { broken, expand, isInside, type Story, scenarios, type Verdict } from './scenario.ts';
import { streamOf } from './stream.ts';

describe('the acceptance scenarios, through straykey model --jsonl', () => {
  for (const scenario of scenarios) {
    it(`${scenario.id}: ${scenario.title}`, async () => {
      const story = expand(scenario);
      const { malformed, verdicts, warnings } = await judgeLines(linesOf(story));
      assert.deepEqual([malformed, warnings], [0, []]);
      const uses = story.events.filter((event) => !isInside(event));
      assert.deepEqual(
        verdicts.map(({ id }) => id),
        uses.map(({ id }) => id),
      );
      const byId = new Map<string, Verdict[]>();
      for (const verdict of verdicts) byId.set(verdict.id, [...(byId.get(verdict.id) ?? []), verdict]);
      assert.deepEqual(broken(story, byId), []);
    });
  }
});

describe('straykey model --jsonl', () => {
  it('says of a stream in order of time what history says of it', async () => {
    const stream = streamOf(21, 30);
    const lines = [
      ...stream.feedback.map((feedback) => ({ op: 'feedback', feedback })),
      ...stream.inside.map((event) => ({ op: 'event', event })),
      ...stream.outside.map((event) => ({ op: 'event', event })),
    ];
    const { verdicts } = await judgeLines(lines.map((line) => JSON.stringify(line)));
    const told = verdicts.map(({ finding, id, reasons, score }) => ({ id, finding, reasons, score }));
    const history = batch(stream).map(({ event, judgement: { finding, reasons, score } }) => ({
      id: event.id,
      finding,
      reasons,
      score,
    }));
    assert.deepEqual(told, history);
  });
});

/** Records in order of delivery, each with the clock of its delivery; statements when they are due. */
function linesOf({ events, feedback, options }: Story): string[] {
  const waiting = [...feedback].sort((a, b) => a.t - b.t);
  const lines: unknown[] = [{ op: 'reset', options }];
  for (const event of events) {
    while (waiting[0] && waiting[0].t <= event.deliverAt) lines.push({ op: 'feedback', feedback: waiting.shift() });
    lines.push({ op: 'event', event, now: event.deliverAt });
  }
  return lines.map((line) => JSON.stringify(line));
}

async function judgeLines(lines: readonly string[]) {
  const verdicts: ModelVerdict[] = [];
  const warnings: string[] = [];
  const malformed = await runModelLines(each(lines), {
    stdout: (text) => verdicts.push(JSON.parse(text) as ModelVerdict),
    stderr: (text) => warnings.push(text),
    now: () => Date.UTC(2030, 0, 1),
  });
  return { malformed, verdicts, warnings };
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
