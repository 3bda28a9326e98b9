// The scan benchmark: `npm run bench -- [--corpus DIR] [--rounds 5] [--quick] [--tiny] [--only NAME,NAME] [--skip NAME,NAME]`.
// Programs run in turn (A B C A B C …) so that a busy minute hits all of them alike; see bench/README.md for what the figures mean.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check, readExpected } from './answers.ts';
import { type CorpusOptions, type Expected, writeCorpus } from './corpus.ts';
import { lineup, type Program } from './lineup.ts';
import { isFailed, type Machine, machine, type Run, run } from './measure.ts';
import { type Figures, figures, type Goal, goals, type Measured, table } from './report.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The corpora by name. `full` is what the goals are set for; `tiny` is many small files. */
const CORPORA = {
  full: { mb: 1024, files: 4000, seed: 1 },
  quick: { mb: 64, files: 400, seed: 1 },
  tiny: { mb: 139, files: 20_000, seed: 1 },
} satisfies Record<string, CorpusOptions>;

interface Result {
  readonly corpus: Expected['options'] & Expected['statistics'];
  readonly rounds: number;
  readonly figures: readonly Figures[];
  readonly goals: readonly Goal[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      tiny: { type: 'boolean', default: false },
      only: { type: 'string' },
      skip: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds: expected a whole number from 1, got ${values.rounds}`);
  const where = machine();
  console.log(`${where.cpu}, ${where.cores} cores, ${where.platform}, Node ${where.node}, load average ${where.load}`);
  const programs = chosen(values.only, values.skip);
  const results: Result[] = [];
  const name = values.quick ? 'quick' : 'full';
  results.push(await bench(values.corpus ?? (await ready(name)), programs, rounds));
  if (values.tiny) results.push(await bench(await ready('tiny'), programs, rounds));
  if (name === 'full' && values.corpus === undefined && !values.only && !values.skip) save(where, results);
  const wrong = results
    .flatMap((r) => r.figures)
    .filter((row) => row.verdict.startsWith('WRONG') || row.verdict.startsWith('failed'));
  for (const row of wrong) process.stderr.write(`${row.name}: ${row.verdict}\n`);
  return wrong.length > 0 ? 1 : 0;
}

/** Programs that can run, after `--only` and `--skip` (parts of names); the others are named with their reason. */
function chosen(only: string | undefined, skip: string | undefined): Program[] {
  const matches = (name: string, list: string): boolean =>
    list.split(',').some((part) => name.toLowerCase().includes(part.toLowerCase()));
  const wanted = (name: string): boolean =>
    (only === undefined || matches(name, only)) && (skip === undefined || !matches(name, skip));
  return lineup(wanted).flatMap((entry) => {
    if (!('skipped' in entry)) return [entry];
    console.log(`SKIPPED ${entry.name}: ${entry.skipped}`);
    return [];
  });
}

/** The folder of a named corpus, written first where it is missing or was made with other options. */
async function ready(name: keyof typeof CORPORA): Promise<string> {
  const folder = join(HERE, 'corpus', name);
  const file = join(folder, 'expected.json');
  const options = CORPORA[name];
  if (existsSync(file) && JSON.stringify(readExpected(file).options) === JSON.stringify(options)) return folder;
  console.log(`writing the corpus "${name}": ${options.mb} MiB in ${options.files} files`);
  await writeCorpus(options, folder);
  return folder;
}

async function bench(folder: string, programs: readonly Program[], rounds: number): Promise<Result> {
  const corpus = resolve(folder);
  const file = join(corpus, 'expected.json');
  if (!existsSync(file))
    throw new RangeError(`--corpus: expected a folder written by bench/corpus.ts, found no ${file}`);
  const expected = readExpected(file);
  const { statistics } = expected;
  console.log(
    `\n${corpus}: ${statistics.files} files, ${statistics.records} records, ${statistics.bytes} bytes (${statistics.gzBytes} compressed), ` +
      `${expected.uses.length} planted uses, ${expected.findings.length} findings; ${rounds} rounds`,
  );
  const measured = measureAll(corpus, programs, expected, rounds);
  const rows = figures(measured);
  const reached = goals(measured, statistics, machine().cores);
  console.log(`\n${table(rows)}\n`);
  for (const goal of reached) console.log(`${goal.met.padEnd(10)}  ${goal.goal}: ${goal.measured}`);
  return { corpus: { ...expected.options, ...statistics }, rounds, figures: rows, goals: reached };
}

function measureAll(corpus: string, programs: readonly Program[], expected: Expected, rounds: number): Measured[] {
  const state = programs.map((program) => ({ program, runs: [] as Run[], verdict: '' }));
  // Round 0 warms the page cache and is thrown away: only the first program runs.
  if (programs[0]) run(programs[0].command(corpus), join(HERE, 'build', 'out', 'warm'));
  for (let round = 1; round <= rounds; round++) {
    for (const entry of state) {
      if (entry.verdict.startsWith('failed')) continue;
      const outFile = join(HERE, 'build', 'out', entry.program.name.replace(/[^a-z0-9]+/gi, '-'));
      const outcome = run(entry.program.command(corpus), outFile);
      if (isFailed(outcome)) {
        entry.verdict = `failed: ${outcome.failed}`;
        entry.runs = [];
        continue;
      }
      entry.runs.push(outcome);
      if (!entry.verdict.startsWith('WRONG'))
        entry.verdict = check(entry.program.answers, readFileSync(outFile, 'utf8'), expected);
    }
    console.log(
      `round ${round}: ${state.map(({ program, runs }) => `${program.name} ${runs.at(-1)?.cpu.toFixed(2) ?? '-'}`).join(' · ')}`,
    );
  }
  return state.map(({ program, runs, verdict }) => ({ name: program.name, does: program.does, runs, verdict }));
}

function save(where: Machine, results: readonly Result[]): void {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
  writeFileSync(join(HERE, 'results.json'), `${JSON.stringify({ machine: where, results }, rounded, 2)}\n`);
  console.log('\nwritten to bench/results.json');
}

process.exitCode = await main();
