import { printable } from '../kit/index.ts';
import type { Command, Fact, Plan, Step, Way } from './plan.ts';

const WIDTH = 98;

/**
 * The plan as a shell script. Run as it is, it only looks. A command that changes something runs only when its step is named in RUN, only in
 * the account it is meant for, and never while a placeholder stands in it: then it is a comment. Undoing is a step of its own (`undo.…`).
 */
export function script(plan: Plan): string {
  const { finding } = plan;
  return [
    '#!/usr/bin/env bash',
    ...comment(`Response plan: ${finding.title}`),
    ...comment(
      `Finding ${finding.id}, account ${finding.accountId}, ${finding.region}, confidence ${finding.confidence}.`,
    ),
    ...comment(`First seen ${finding.firstSeen}, last seen ${finding.lastSeen}.`),
    '#',
    ...comment('Run without RUN this only looks. To change something, name steps, in the order of this file:'),
    ...comment("  RUN='contain.close-leak contain.revoke-role' bash plan.sh"),
    ...comment('Commands with words in capitals, such as VPC_ID, are comments until you fill them in.'),
    '',
    ...PRELUDE,
    '',
    ...plan.situation.flatMap((fact) => comment(`- ${factText(fact)}`)),
    '',
    ...plan.phases.flatMap(({ title, steps }) => ['', ...comment(`==== ${title} ====`), ...steps.flatMap(stepLines)]),
    '',
    ...comment('==== When it was expected ===='),
    ...comment(plan.expected.choose),
    ...plan.expected.ways.flatMap(wayLines),
    '',
  ].join('\n');
}

/** `wanted STEP ACCOUNT`: whether a changing step was asked for and this is the account it is meant for. */
const PRELUDE = [
  'set -u',
  `RUN="\${RUN:-}"`,
  'wanted() {',
  '  case " $RUN " in *" $1 "*) ;; *) return 1 ;; esac',
  '  if [ -n "$2" ] && [ "$(aws sts get-caller-identity --query=Account --output=text)" != "$2" ]; then',
  '    echo "$1: not run, this is not account $2" >&2',
  '    return 1',
  '  fi',
  '  echo "$1: running" >&2',
  '}',
];

function stepLines(step: Step): string[] {
  return [
    '',
    ...comment(`-- ${step.id}: ${step.does}`),
    ...told('Why', step.why),
    ...(step.questions ?? []).flatMap(({ asks, data }) => [
      ...comment(`? ${asks}`),
      ...data.flatMap((fact) => comment(`    ${factText(fact)}`)),
    ]),
    ...told('Trap', step.trap),
    ...told('Breaks', step.breaks),
    ...commandLines(step.commands, step.id),
    ...(step.undo === undefined || step.undo.length === 0
      ? []
      : [...comment('Undo:'), ...commandLines(step.undo, `undo.${step.id}`)]),
  ];
}

function wayLines(way: Way): string[] {
  return [
    '',
    ...comment(`-- expected.${way.id}: ${way.title}`),
    ...told('Take it when', way.takeWhen),
    ...told('Still alarms', way.stillAlarms),
    ...told('Falls silent too', way.alsoSilences),
    ...(way.document === undefined
      ? []
      : [...comment(`${way.document.name}:`), ...way.document.text.trimEnd().split('\n').map(verbatim)]),
    ...commandLines(way.commands, `expected.${way.id}`),
    ...told('Undo', way.undo),
  ];
}

function commandLines(commands: readonly Command[], id: string): string[] {
  return commands.flatMap(({ account = '', changes, fill, note, text }) => [
    ...(note === undefined ? [] : comment(note)),
    ...(fill.length > 0
      ? [...comment(`fill in ${fill.join(', ')}${changes ? '; this changes something' : ''}:`), `# ${text}`]
      : [changes ? `wanted ${id} '${/^\d{12}$/.test(account) ? account : ''}' && ${text}` : text]),
  ]);
}

function told(label: string, text: string | undefined): string[] {
  return text === undefined ? [] : comment(`${label}: ${text}`);
}

function factText({ says, values }: Fact): string {
  return values === undefined || values.length === 0 ? says : `${says} ${values.join(', ')}`;
}

/** One line of a document inside a comment; its indentation counts. */
function verbatim(line: string): string {
  return `#   ${printable(line, 2000)}`;
}

/** Text in comment lines. Printable text has no line break, so nothing gets out of the comment. */
function comment(text: string): string[] {
  const lines: string[] = [];
  const [indent = ''] = /^ */.exec(text) ?? [];
  let line = '';
  for (const word of printable(text.trimStart(), 4000).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => `# ${indent}${each}`);
}
