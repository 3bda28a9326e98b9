import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { type Replayed, type RuleEvent, type Rules, replay } from './trail.ts';

const isoTime = v.pipe(v.string(), v.isoTimestamp());
const said = { at: isoTime, by: v.string(), reason: v.string() };

/** Unknown members are refused: a newer version may have narrowed a rule with one. */
const schema = v.variant('event', [
  v.strictObject({
    ...said,
    event: v.picklist(['added', 'changed']),
    rule: v.strictObject({
      name: v.string(),
      description: v.optional(v.string()),
      rank: v.number(),
      // As it stands: `replay` checks it. A schema here would drop members called `__proto__`, and with them a condition.
      findingCriteria: v.unknown(),
      expiresAt: v.optional(isoTime),
    }),
  }),
  v.strictObject({ ...said, event: v.literal('removed'), name: v.string() }),
]);

export interface RulesRead {
  readonly rules: Rules;
  /** Every change, oldest first. */
  readonly events: readonly RuleEvent[];
  /**
   * The first line that could not be used, as a sentence. Then nothing may be judged by the rules: one that vanishes silently raises alarms
   * nobody expects, one that appears silently hides a theft.
   */
  readonly problem?: string;
}

/** The rules of a file of changes; none when it does not exist. */
export function readRules(path: string): RulesRead {
  let rules: Rules = new Map();
  const events: RuleEvent[] = [];
  if (!existsSync(path)) return { rules, events };
  for (const [i, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    const { event, replayed } = take(rules, line);
    if (replayed.kind === 'problem') {
      return { rules, events, problem: `${path}, line ${i + 1}: ${replayed.detail}. Repair or remove the line.` };
    }
    rules = replayed.rules;
    if (event !== undefined) events.push(event);
  }
  return { rules, events };
}

/** Adds changes that `replay` has accepted, in one write; on disk when this returns. */
export function appendEvents(path: string, events: readonly RuleEvent[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  appendFileSync(path, `${endsInLine(path) ? '' : '\n'}${lines}`, { flush: true });
}

/** A last line without its end, as some editors leave it, must not swallow the next. */
function endsInLine(path: string): boolean {
  if (!existsSync(path)) return true;
  const text = readFileSync(path, 'utf8');
  return text === '' || text.endsWith('\n');
}

function take(rules: Rules, line: string): { readonly event?: RuleEvent; readonly replayed: Replayed } {
  const parsed = v.safeParse(schema, parse(line));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const detail = `not a change of the rules (${v.getDotPath(issue) ?? 'line'}: ${issue.message})`;
    return { replayed: { kind: 'problem', detail } };
  }
  // The schema has seen it all but the criteria, which replay compiles. JSON has no undefined members.
  const event = parsed.output as RuleEvent;
  return { event, replayed: replay(rules, event) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
