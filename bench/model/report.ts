/** The Markdown tables. Brackets: 95 % Wilson intervals over campaigns; ±: 1.96 standard errors over seeds. */
import { type Share, wilson } from './intervals.ts';
import type { KindSummary, Mean, Summary } from './summary.ts';

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly summary: Summary;
}

const COLUMNS: readonly { readonly title: string; readonly cell: (summary: Summary) => string }[] = [
  { title: 'recall at first use %', cell: (s) => bracketed(s.firstUse) },
  { title: 'action recall after patience %', cell: (s) => bracketed(s.patientAction) },
  { title: 'same, nothing new done %', cell: (s) => bracketed(s.patientSame) },
  { title: 'visible days before the action', cell: (s) => mean(s.visibleDays, 1) },
  { title: 'change inside learned egress %', cell: (s) => bracketed(s.insideEgressChange) },
  { title: 'onboarding: new findings / alert-days per host-month', cell: (s) => noise(s.onboarding) },
  { title: 'steady: new findings / alert-days per host-month', cell: (s) => noise(s.steady) },
  { title: 'days to silence p50 / p90', cell: (s) => `${days(s.daysToSilence.p50)} / ${days(s.daysToSilence.p90)}` },
  { title: 'regular functions silenced %', cell: (s) => percent(s.silenced) },
  { title: 'partner host silent after (d)', cell: (s) => days(s.partnerSilentAfter) },
];

/** The comparison: one row a model. */
export function comparisonTable(rows: readonly Row[]): string {
  return table(
    ['model', ...COLUMNS.map((column) => column.title)],
    rows.map(({ name, summary }) => [name, ...COLUMNS.map((column) => column.cell(summary))]),
  );
}

/** One row a campaign kind: recall at first use / action-day recall / visible days; inside the egress recall alone. */
export function campaignTable(rows: readonly Row[]): string {
  const kinds = rows[0]!.summary.kinds;
  const count = kinds[0]!.firstUse.of;
  return table(
    [`campaign (${count} each)`, ...rows.map((row) => row.name)],
    kinds.map(({ kind }, i) => [kind, ...rows.map(({ summary }) => campaignCell(summary.kinds[i]!))]),
  );
}

function campaignCell(kind: KindSummary): string {
  if (kind.kind.startsWith('inside egress')) return `${whole(kind.ever)} %`;
  return `${whole(kind.firstUse)} / ${whole(kind.action)} / ${kind.visibleDays.toFixed(1)}`;
}

/** Action-day recall of patient intruders by what they do. */
export function actionTable(rows: readonly Row[]): string {
  const actions = rows[0]!.summary.actions;
  return table(
    [`action after patience`, 'campaigns', ...rows.map((row) => row.name)],
    actions.map(({ action, seen }, i) => [
      action,
      String(seen.of),
      ...rows.map(({ summary }) => bracketed(summary.actions[i]!.seen)),
    ]),
  );
}

/** Why the organisation's own functions still alarm once settled. */
export function reasonTable(rows: readonly Row[]): string {
  const reasons = [...new Set(rows.flatMap(({ summary }) => summary.steadyReasons.map(({ reason }) => reason)))];
  const cell = ({ summary }: Row, reason: string) =>
    (summary.steadyReasons.find((r) => r.reason === reason)?.perHostMonth ?? 0).toFixed(2);
  return table(
    ['reason', ...rows.map((row) => row.name)],
    reasons.map((reason) => [`\`${reason}\``, ...rows.map((row) => cell(row, reason))]),
  );
}

/** The steady noise with one way of counting for all, and how often replaying developers are noticed. */
export function addressTable(rows: readonly Row[]): string {
  return table(
    ['model', 'steady: new findings / alert-days by (function, address)', 'developer days reported %'],
    rows.map(({ name, summary }) => [name, noise(summary.steadyByAddress), percent(summary.developerDays)]),
  );
}

/** Of COLUMNS, for the shorter tables. */
const SHORT = [0, 1, 3, 4, 6, 7, 8, 9].map((i) => COLUMNS[i]!);

/** The comparison with fewer columns. */
export function shortTable(title: string, rows: readonly Row[]): string {
  return table(
    [title, ...SHORT.map((column) => column.title)],
    rows.map(({ name, summary }) => [name, ...SHORT.map((column) => column.cell(summary))]),
  );
}

export interface OtherWorld {
  readonly world: string;
  readonly rows: readonly Row[];
}

/** The same for worlds with other assumptions. */
export function worldTable(worlds: readonly OtherWorld[]): string {
  return table(
    ['world', 'model', ...SHORT.map((column) => column.title)],
    worlds.flatMap(({ world, rows }) =>
      rows.map(({ name, summary }) => [world, name, ...SHORT.map((column) => column.cell(summary))]),
    ),
  );
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

const none = '-';
const percent = (share: Share) => (share.of === 0 ? none : ((100 * share.hits) / share.of).toFixed(1));
const whole = (share: Share) => (share.of === 0 ? none : ((100 * share.hits) / share.of).toFixed(0));
const days = (value: number | undefined) => (value === undefined ? 'never' : String(value));
const noise = (n: Summary['steady']) => `${mean(n.newFindings, 2)} / ${mean(n.alertDays, 1)}`;

function mean({ mean: value, error }: Mean, digits: number): string {
  return error === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} ±${error.toFixed(digits)}`;
}

function bracketed(share: Share): string {
  if (share.of === 0) return none;
  const { percent: value, low, high } = wilson(share);
  return `${value.toFixed(1)} [${low.toFixed(0)}-${high.toFixed(0)}]`;
}
