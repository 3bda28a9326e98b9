/** `npm run bench:model`: the learning model and its rivals on simulated organisations and intruders. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Comparison, compare } from './compare.ts';
import { type Contender, MODELS, VARIANTS } from './models.ts';
import {
  actionTable,
  addressTable,
  campaignTable,
  comparisonTable,
  type OtherWorld,
  type Row,
  reasonTable,
  shortTable,
  worldTable,
} from './report.ts';
import { DEFAULT_WORLD, TINY_WORLD, WORLDS, type WorldSettings } from './settings.ts';

const HELP = `usage: npm run bench:model -- [--seeds N] [--days N] [--more] [--write] [--quick]
  --seeds N   organisations to simulate (default 3)
  --days N    days of trail (default 150, at least 100)
  --more      also: what each part of the model is worth, and how the result moves in other worlds (some minutes)
  --write     also: keep the result as bench/model/report.md and results.json
  --quick     one tiny organisation: does everything run? Its figures mean nothing`;

/** Room for the onboarding and for the longest campaign after it. */
const LEAST_DAYS = 100;
/** Seeds of the further tables; not those of the main one, so that nothing was chosen by looking at them. */
const FURTHER_SEEDS = [1001, 1002, 1003];

export interface Options {
  readonly settings: WorldSettings;
  readonly seeds: readonly number[];
  readonly more: boolean;
  readonly write: boolean;
}

/** Returns the exit code: 0 done, 2 the arguments were not understood. */
export function benchModel(
  args: readonly string[],
  print: (text: string) => void,
  warn: (text: string) => void,
  save: (name: string, text: string) => void,
): number {
  const options = readOptions(args);
  if (typeof options === 'string') {
    warn(`${options}\n${HELP}`);
    return 2;
  }
  const { settings, seeds, more, write } = options;
  const comparison = compare(settings, seeds, MODELS, warn);
  const variants = more ? compare(settings, FURTHER_SEEDS, VARIANTS, warn).rows : [];
  const worlds = more ? compareWorlds(settings, warn) : [];
  const report = reportOf(options, comparison, variants, worlds);
  print(report);
  if (write) {
    save('report.md', report);
    save('results.json', resultsOf(options, comparison, variants, worlds));
  }
  return 0;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): Options | string {
  const flag = { type: 'boolean', default: false } as const;
  const number = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seeds: number, days: number, more: flag, write: flag, quick: flag },
    });
    const { more, write, quick } = values;
    const seeds = Number(values.seeds ?? (quick ? 1 : 3));
    const days = Number(values.days ?? (quick ? TINY_WORLD.days : DEFAULT_WORLD.days));
    if (!Number.isInteger(seeds) || seeds < 1)
      return `--seeds: expected a whole number from 1, found "${values.seeds}"`;
    if (quick && values.days !== undefined) return '--quick has its own number of days: leave out --days';
    if (!quick && !(Number.isInteger(days) && days >= LEAST_DAYS)) {
      return `--days: expected a whole number from ${LEAST_DAYS}, found "${values.days}"`;
    }
    const settings = quick ? TINY_WORLD : { ...DEFAULT_WORLD, days };
    return { settings, seeds: Array.from({ length: seeds }, (_, i) => i + 1), more, write };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Straykey and the learner nearest to it, in each world. */
function compareWorlds(base: WorldSettings, warn: (text: string) => void): OtherWorld[] {
  const rivals: Contender[] = MODELS.filter(({ id }) => id === 'efc' || id === 'seen, principal, /24');
  return WORLDS.map(({ name, settings }) => {
    warn(`world: ${name}`);
    return { world: name, rows: compare({ ...base, ...settings }, FURTHER_SEEDS, rivals, warn).rows };
  });
}

function reportOf(
  { settings, seeds }: Options,
  comparison: Comparison,
  variants: readonly Row[],
  worlds: readonly OtherWorld[],
): string {
  const { rows, outsideCalls, insideRecords } = comparison;
  const ours = rows.filter(({ id }) => id.startsWith('efc'));
  const perSeed = (n: number) => Math.round(n / seeds.length);
  const parts = [
    '# The learning model and its rivals, simulated',
    `Written by \`npm run bench:model\`; [README.md](README.md) says what is simulated and how to read it. ${seeds.length} seed${seeds.length === 1 ? '' : 's'}, ` +
      `${settings.days} days each, ${perSeed(outsideCalls)} outside calls and ${perSeed(insideRecords)} inside records a seed. ` +
      'Brackets: 95 % Wilson intervals over campaigns; ±: 1.96 standard errors over seeds.',
    '## Comparison',
    comparisonTable(rows),
    '## By campaign',
    'First call reported % / action-day recall % (changed behaviour only) / days with a report before the action. Inside the ' +
      'egress: share of campaigns with any call reported. The last row is outside the averages above.',
    campaignTable(rows),
    '## Patient intruders, by what they do at last',
    actionTable(ours),
    '## What the organisation itself still alarms for',
    'Steady alert-days per host-month that carry the reason; a day can carry several.',
    reasonTable(ours),
    'The comparison counts findings as each model names them, and Straykey names one for a whole learned pool. Counted by ' +
      'function and address instead (a model that falls silent can find the same thing new again; one that never does cannot):',
    addressTable(rows),
  ];
  const other = `${FURTHER_SEEDS.length} other seeds.`;
  if (variants.length > 0) parts.push('## What each part is worth', other, shortTable('Straykey', variants));
  if (worlds.length > 0) parts.push('## When the assumptions are wrong', other, worldTable(worlds));
  return `${parts.join('\n\n')}\n`;
}

/** The figures behind the report; of the further tables those that are printed. Laid out as the formatter would. */
export function resultsOf(
  { settings, seeds }: Options,
  { rows, outsideCalls, insideRecords }: Comparison,
  variants: readonly Row[],
  worlds: readonly OtherWorld[],
): string {
  const short = ({ id, summary: { kinds, actions, steadyReasons, ...summary } }: Row) => ({ id, summary });
  const results = {
    settings,
    seeds: seeds.length,
    outsideCalls,
    insideRecords,
    models: rows,
    variants: variants.map(short),
    worlds: worlds.flatMap(({ world, rows: inWorld }) => inWorld.map((row) => ({ world, ...short(row) }))),
  };
  return `${JSON.stringify(results, rounded, 2)}\n`;
}

/** Six digits: enough for any figure here, and no noise in the committed file. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

if (import.meta.main) {
  process.exitCode = benchModel(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(`${text}\n`),
    (name, text) => writeFileSync(new URL(name, import.meta.url), text),
  );
}
