import type { Evidence, Finding, Step } from '../../findings/index.ts';
import { cells, cut, fit, padEnd, padStart, wrap } from './layout.ts';
import { count, minute, second, text, type View, viewsOf } from './view.ts';

export interface TableOptions {
  /** Cells of the terminal; used between 64 and 120, because longer lines are harder to read. */
  readonly columns: number;
  /** Whether escape sequences for colour may be written. */
  readonly color: boolean;
  /** How many findings are told in full below the table. Default 5: two or three screens; the rest is one command away. */
  readonly details?: number;
}

/**
 * For people: two lines a finding, then the worst ones in full. Says how many it leaves out. No text of the trail reaches the terminal
 * unprinted; the only escape sequences are our own.
 */
export function table(findings: readonly Finding[], options: TableOptions): string {
  if (findings.length === 0) return 'No findings.\n';
  const width = Math.min(120, Math.max(64, options.columns));
  const paint = painter(options.color);
  const views = viewsOf(findings);
  const told = views.slice(0, options.details ?? 5);
  const lines = [
    ...overview(views, width, paint),
    ...told.flatMap((view, i) => ['', ...block(view, `${i + 1} of ${views.length}`, width, paint)]),
    ...(told.length < views.length ? ['', ...wrap(leftOut(views.length - told.length), width)] : []),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function leftOut(n: number): string {
  return `${count(n, 'more finding')} in the table above. In full: straykey explain ID, or all of them with --format html --output FILE.`;
}

interface Paint {
  bold(line: string): string;
  dim(line: string): string;
  alarm(line: string): string;
}

function painter(color: boolean): Paint {
  const sgr = (code: string) => (line: string) => (color && line !== '' ? `\u001b[${code}m${line}\u001b[0m` : line);
  return { bold: sgr('1'), dim: sgr('2'), alarm: sgr('1;31') };
}

/** Fixed columns; what is left goes to the function's name. */
const SEVERITY = 8;
const TIME = 16;
const CALLS = 5;
const STATE = 18;
const GAP = '  ';

function overview(views: readonly View[], width: number, paint: Paint): string[] {
  const name = width - SEVERITY - TIME - CALLS - STATE - 4 * GAP.length;
  const owner = name + GAP.length + CALLS;
  const firstLine = (severity: string, time: string, resource: string, calls: string, state: string) => [
    padEnd(severity, SEVERITY),
    padEnd(time, TIME),
    padEnd(fit(resource, name), name),
    padStart(calls, CALLS),
    fit(state, STATE),
  ];
  const secondLine = (from: string, network: string, country: string, proof: string) => {
    // An IPv6 address is wider than its column and takes the room of the organisation, never of the line.
    const address = padEnd(from, TIME);
    const room = TIME + GAP.length + owner - cells(address) - GAP.length;
    return [
      ' '.repeat(SEVERITY),
      address,
      padEnd(ownerIn(room, network, country), Math.max(0, room)),
      fit(proof, STATE),
    ].join(GAP);
  };
  const rows = views.flatMap((view) => {
    const [severity = '', ...rest] = firstLine(
      view.severity,
      minute(view.finding.updatedAt),
      view.resource,
      String(view.finding.service.count),
      view.finding.service.archived ? 'archived' : view.state,
    );
    return [
      [view.finding.severity >= 7 ? paint.alarm(severity) : paint.bold(severity), ...rest].join(GAP),
      paint.dim(secondLine(view.address, view.network, view.country, view.proof)),
    ];
  });
  return [
    paint.bold(firstLine('SEVERITY', 'LAST SEEN (UTC)', 'CREDENTIAL OF', 'CALLS', 'STATE').join(GAP)),
    paint.dim(secondLine('FROM', 'ORGANISATION', 'REGISTERED IN', 'PROOF')),
    ...rows,
  ];
}

/** The country stays, the organisation's name is cut. */
function ownerIn(room: number, network: string, country: string): string {
  const suffix = country === '' ? '' : network === '' ? country : `, ${country}`;
  const rest = room - cells(suffix);
  return rest > 3 ? `${cut(network, rest)}${suffix}` : cut(suffix === '' ? network : country, room);
}

function block(view: View, title: string, width: number, paint: Paint): string[] {
  const { finding, evidence } = view;
  const rule = '─'.repeat(Math.max(2, width - cells(title) - cells(view.severity) - 6));
  return [
    `${paint.dim('──')} ${paint.bold(title)} ${paint.dim(rule)} ${finding.severity >= 7 ? paint.alarm(view.severity) : view.severity}`,
    ...wrap(text(finding.description), width).map(paint.bold),
    '',
    ...facts(view, width, paint),
    ...(evidence === undefined ? [] : argument(evidence, finding, width, paint)),
  ];
}

/** Label column of the block. */
const LABEL = 11;

function labelled(label: string, value: string, width: number, paint: Paint): string[] {
  return wrap(value, width - LABEL - 2).map(
    (line, i) => `  ${i === 0 ? paint.dim(padEnd(label, LABEL)) : ' '.repeat(LABEL)}${line}`,
  );
}

function facts({ finding, evidence }: View, width: number, paint: Paint): string[] {
  const { service } = finding;
  const from = second(service.eventFirstSeen);
  const to = second(service.eventLastSeen);
  const when = from === to ? from : `${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
  const line = (label: string, value: string) => labelled(label, value, width, paint);
  return [
    ...line('When', `${when} UTC`),
    ...(evidence === undefined ? [] : line('Did', callsLine(evidence))),
    ...(evidence === undefined
      ? []
      : line(
          'Regions',
          evidence.calls.byRegion.listed
            .slice(0, 8)
            .map((each) => text(each.region))
            .join(', ') + more(evidence.calls.byRegion.total, 8),
        )),
    ...(evidence === undefined
      ? []
      : line(
          'Keys',
          evidence.keys.listed
            .slice(0, 3)
            .map((each) => text(each.accessKeyId))
            .join(', ') + more(evidence.keys.total, 3),
        )),
    ...line('Account', `${text(finding.accountId)}, ${text(finding.region)}`),
    ...line('Finding', text(finding.id)),
  ];
}

function callsLine({ calls }: Evidence): string {
  const shown = calls.byApi.listed.slice(0, 6).map((each) => {
    const service = text(each.service.replace(/\.amazonaws\.com(?:\.cn)?$/, ''));
    return `${service}:${text(each.api)}${each.calls > 1 ? ` ×${each.calls}` : ''}${each.errors > 0 ? ` (${each.errors === each.calls ? 'failed' : `${each.errors} failed`})` : ''}`;
  });
  const silenced = calls.silenced > 0 ? `; ${count(calls.silenced, 'further call')} expected and silent` : '';
  return `${count(calls.alarming, 'call')}: ${shown.join(', ')}${more(calls.byApi.total, 6)}${silenced}`;
}

function more(total: number, shown: number): string {
  return total > shown ? ` and ${total - shown} more` : '';
}

function argument(evidence: Evidence, finding: Finding, width: number, paint: Paint): string[] {
  const { confidence, learning, response, statements, suppression } = evidence;
  const reasons = (label: string, list: Evidence['confidence']['for']) =>
    list.length === 0 ? [] : labelled(label, list.map((each) => text(each.name)).join(', '), width, paint);
  return [
    '',
    `  ${paint.bold('Evidence')}, confidence ${confidence.level}`,
    ...statements.flatMap((statement, i) => [
      ...hanging(`${padStart(String(i + 1), 3)}  `, text(statement.says), width),
      ...hanging('     ', `${paragraph(statement.because)} Wrong if ${text(statement.wrongIf)}.`, width).map(paint.dim),
    ]),
    '',
    ...reasons('For', confidence.for),
    ...reasons('Against', confidence.against),
    ...labelled('Learning', learningLine(learning), width, paint),
    '',
    `  ${paint.bold('What next')}`,
    ...response.filter(isUrgent).flatMap((step, i) => labelled(STEP_LABELS[i] ?? '', text(step.does), width, paint)),
    ...labelled('Plan', `straykey respond ${text(finding.id).slice(0, 12)} SOURCE`, width, paint),
    ...labelled('What else', `straykey timeline ${text(finding.id).slice(0, 12)} SOURCE`, width, paint),
    ...labelled(
      'Expected?',
      `straykey hosts expect ${text(hostOf(learning.scope))} --function ${text(evidence.credential.issuedTo.name)} --reason …`,
      width,
      paint,
    ),
    ...labelled(
      '',
      `or straykey suppress add --from-finding ${text(finding.id).slice(0, 12)} SOURCE --reason …`,
      width,
      paint,
    ),
    ...labelled('', text(suppression.covers), width, paint),
    ...labelled(
      'Why',
      `straykey explain EVENT_ID SOURCE: each stage's word on one call, such as ${text(evidence.eventIds.listed.at(-1) ?? '')}`,
      width,
      paint,
    ),
  ];
}

/** What `hosts expect` takes; a pool's first block stands for all of them. */
function hostOf(scope: Evidence['learning']['scope']): string {
  return scope.kind === 'pool' ? (scope.blocks[0] ?? scope.network) : scope.unit;
}

/** Paragraphs may be longer than a name and still are attacker-influenced. */
function paragraph(value: string): string {
  return text(value.slice(0, 400)) + (value.length > 400 ? '…' : '');
}

function learningLine(learning: Evidence['learning']): string {
  const parts = learning.parts.map((part) => `${text(part.name)} ${part.days > 0 ? '+' : ''}${part.days}`).join(', ');
  const roles = learning.vouchingRoles.length;
  return [
    `${count(learning.evidenceDays, 'evidence day')}, ${learning.required} needed${parts === '' ? '' : ` (${parts})`}`,
    ...(learning.silentSince === undefined ? [] : [`silent since ${text(learning.silentSince)}`]),
    ...(roles === 0 ? [] : [`${count(roles, 'other role')} ${roles === 1 ? 'uses' : 'use'} this host`]),
    ...learning.missing.slice(0, 3).map((each) => `missing: ${text(each)}`),
  ].join('; ');
}

/** The order is the message: ask first, then close the leak before revoking. The rest of the plan can wait for the full text. */
function isUrgent(step: Step): boolean {
  return step.phase === 'verify' || step.phase === 'contain';
}

const STEP_LABELS = ['Ask', 'If not 1.', '2.', '3.'].map((label) => padStart(label, 9));

function hanging(lead: string, value: string, width: number): string[] {
  return wrap(value, width - lead.length).map((line, i) => (i === 0 ? lead : ' '.repeat(lead.length)) + line);
}
