import { printable } from '../kit/index.ts';
import type { Command, Expected, Fact, Phase, Plan, Question, Step, Way } from './plan.ts';
import { CUTOFF } from './policies.ts';

/** Columns: reads well in a terminal, and in a ticket that keeps line breaks. Commands are not broken. */
const WIDTH = 80;

/**
 * The plan as Markdown. Values from the trail stand in code spans, and sentences are escaped, so that a name cannot become a link, an image
 * or markup in a ticket.
 */
export function markdown(plan: Plan): string {
  const { finding } = plan;
  return [
    `# Response plan: ${prose(finding.title)}`,
    '',
    ...list([
      `Finding ${code(finding.id)}, confidence ${prose(finding.confidence)}`,
      `Account ${code(finding.accountId)}, region ${code(finding.region)}, partition ${code(finding.partition)}`,
      `First seen ${prose(finding.firstSeen)}, last seen ${prose(finding.lastSeen)} (UTC)`,
    ]),
    '',
    ...paragraph(
      'Nothing here has been run. Commands marked CHANGES change something; words in capitals, such as VPC_ID, are for you to fill in. The order matters: a leak that is open hands out the next credential.',
    ),
    '',
    '## What the evidence shows',
    '',
    ...plan.situation.flatMap((fact) => bullet(factText(fact), '')),
    '',
    ...plan.phases.flatMap((phase, i) => phaseLines(phase, i + 1, finding.accountId)),
    ...expectedLines(plan.expected, finding.accountId),
  ].join('\n');
}

/** The part of a plan for uses that were expected: what must be known first, and the ways to say so. */
export function expectedMarkdown({ expected, finding, phases, situation }: Plan): string {
  const questions = phases
    .filter(({ name }) => name === 'verify')
    .flatMap(({ steps }) => steps.flatMap((step) => step.questions ?? []));
  return [
    `# Was it expected? ${prose(finding.title)}`,
    '',
    ...list([
      `Finding ${code(finding.id)}, confidence ${prose(finding.confidence)}`,
      `Account ${code(finding.accountId)}, region ${code(finding.region)}, first seen ${prose(finding.firstSeen)} (UTC)`,
    ]),
    '',
    ...paragraph(
      'Nothing here has been run. When nobody can answer the questions with yes, it was not expected: straykey respond says what to do then.',
    ),
    '',
    '## What the evidence shows',
    '',
    ...situation.flatMap((fact) => bullet(factText(fact), '')),
    '',
    '## What must be known first',
    '',
    ...questions.flatMap(questionLines),
    ...comparison(expected),
    ...expectedLines(expected, finding.accountId),
  ].join('\n');
}

/** What each way does, side by side, before the details. */
function comparison({ ways }: Expected): string[] {
  return [
    '## How the ways differ',
    '',
    '| way | whom it speaks for | are calls judged? | what becomes of findings | until |',
    '| --- | --- | --- | --- | --- |',
    ...ways.map(({ id }, i) => `| ${i + 1}. ${WAYS[id].join(' | ')} |`),
    '',
  ];
}

/** In the order of the head of the table. */
const WAYS: Readonly<Record<Way['id'], readonly [string, string, string, string, string]>> = {
  'vouched-host': [
    'vouched host',
    'this resource, from this host',
    'yes; critical ones alarm',
    'no new ones for ordinary calls',
    '180 days',
  ],
  'suppression-rule': [
    'suppression rule',
    'every resource of the type, from this address',
    'yes, and learned from',
    'made, archived, told nowhere',
    'the rule is removed or expires',
  ],
  'own-network': [
    'own network',
    'everything, from this network',
    'no: counts as inside',
    'none, nothing is kept',
    'the date you give, else for good',
  ],
};

function phaseLines({ title, steps }: Phase, n: number, home: string): string[] {
  return [`## ${n}. ${title}`, '', ...steps.flatMap((step, i) => stepLines(step, `${n}.${i + 1}`, home))];
}

function stepLines(step: Step, n: string, home: string): string[] {
  return [
    `### ${n} ${prose(step.does)}`,
    '',
    `Step ${code(step.id)}`,
    '',
    ...block(step.why),
    ...(step.questions ?? []).flatMap(questionLines),
    ...labelled('Trap', step.trap),
    ...labelled('Breaks', step.breaks),
    ...(step.policy === undefined
      ? []
      : [
          ...paragraph(`Policy ${code(step.policy.name)}${fillNote(step.policy.fill)}:`),
          '',
          ...fence('json', [JSON.stringify(step.policy.document, null, 2)]),
        ]),
    ...commandLines(step.commands, home),
    ...(step.undo === undefined || step.undo.length === 0 ? [] : ['Undo:', '', ...commandLines(step.undo, home)]),
  ];
}

function questionLines({ asks, data }: Question): string[] {
  return [...paragraph(`**${prose(asks)}**`), '', ...data.flatMap((fact) => bullet(factText(fact), '')), ''];
}

function fillNote(fill: readonly string[]): string {
  const byHand = fill.filter((each) => each !== CUTOFF);
  if (byHand.length < fill.length) return ` (${CUTOFF} is put in when the command runs)`;
  return byHand.length === 0 ? '' : ` (fill in ${byHand.join(', ')})`;
}

function commandLines(commands: readonly Command[], home: string): string[] {
  if (commands.length === 0) return [];
  const lines = commands.flatMap(({ account, changes, fill, note, text }, i) => {
    const elsewhere = account !== undefined && account !== home ? `in account ${account}` : '';
    const marks = [
      changes ? 'CHANGES' : '',
      fill.length > 0 ? `fill in ${fill.join(', ')}` : '',
      elsewhere,
      note ?? '',
    ].filter((each) => each !== '');
    const gap = i > 0 && (marks.length > 0 || commands[i - 1]?.changes) ? [''] : [];
    return [...gap, ...(marks.length > 0 ? wrap(`# ${marks.join('; ')}`, WIDTH, '# ') : []), text];
  });
  return fence('sh', lines);
}

function expectedLines({ choose, ways }: Expected, home: string): string[] {
  return ['## When it was expected', '', ...block(choose), ...ways.flatMap((way, i) => wayLines(way, i + 1, home))];
}

function wayLines(way: Way, n: number, home: string): string[] {
  return [
    `### ${n}. ${prose(way.title)}`,
    '',
    ...labelled('Take it when', way.takeWhen),
    ...labelled('Still alarms', way.stillAlarms),
    ...labelled('Falls silent too', way.alsoSilences),
    ...(way.document === undefined
      ? []
      : [`${code(way.document.name)}:`, '', ...fence(way.document.language, [way.document.text.trimEnd()])]),
    ...commandLines(way.commands, home),
    ...labelled('Undo', way.undo),
  ];
}

function factText({ says, values }: Fact): string {
  return `${prose(says)}${values === undefined || values.length === 0 ? '' : ` ${values.map(code).join(', ')}`}`;
}

function block(text: string | undefined): string[] {
  return text === undefined ? [] : [...paragraph(prose(text)), ''];
}

function labelled(label: string, text: string | undefined): string[] {
  return text === undefined ? [] : [...paragraph(`**${label}:** ${prose(text)}`), ''];
}

function list(items: readonly string[]): string[] {
  return items.flatMap((item) => bullet(item, ''));
}

function bullet(text: string, indent: string): string[] {
  return wrap(`${indent}- ${text}`, WIDTH, `${indent}  `);
}

function paragraph(text: string): string[] {
  return wrap(text, WIDTH, '');
}

/** A fence longer than any run of backticks inside. */
function fence(language: string, lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const mark = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`${mark}${language}`, text, mark, ''];
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Text as a code span, in which nothing is markup. */
function code(text: string): string {
  const value = printable(text, 300);
  const mark = '`'.repeat(longestRun(value) + 1);
  const pad = value === '' || value.startsWith('`') || value.endsWith('`') ? ' ' : '';
  return `${mark}${pad}${value}${pad}${mark}`;
}

/** A sentence that may hold names from the trail. A colon after http is broken up, because tickets make links of bare addresses. */
function prose(text: string): string {
  return printable(text, 2000)
    .replace(/[\\`*[\]<>|]/g, (character) => `\\${character}`)
    .replace(/\b(https?|ftp|www)([:.])/gi, '$1\\$2');
}

/** Breaks at spaces outside code spans are good enough: a code span with a break in it is still one. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width && line.trim() !== '-') {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
