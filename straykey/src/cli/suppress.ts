import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { dataDirOf } from '../config/index.ts';
import {
  type CreateFilter,
  type Criteria,
  createFilterOf,
  type DryRun,
  dryRun,
  filterFrom,
  isOver,
  type KeptRule,
  type Rule,
} from '../criteria/index.ts';
import { evidenceOf, type Finding, jsonText, quoted } from '../findings/index.ts';
import type { RuleEvent, Rules } from '../rules/index.ts';
import { evidenceIn, readFindingsFile } from './findings-file.ts';
import { rows } from './layout.ts';
import { activeFindings, addStoreOption, oneStored, type StoreFlags, settingsAsked } from './named-store.ts';
import { oneFinding } from './one-finding.ts';
import type { Rim, Tables } from './rim.ts';
import { addScanOptions, openInput, type ScanFlags } from './scan.ts';
import { addCriteriaOptions, type CriteriaFlags, criteriaAsked, namesCriteria } from './suppress-criteria.ts';
import { type RuleKeeper, withKeeper } from './suppress-keeper.ts';
import { describeDryRun, describeRules, ruleRows } from './suppress-text.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';
import { parseTime } from './time.ts';

interface SayFlags extends StoreFlags {
  readonly reason: string;
  readonly by?: string;
}

type AddFlags = SayFlags &
  CriteriaFlags &
  Omit<ScanFlags, 'where'> & {
    readonly name?: string;
    readonly description?: string;
    readonly rank?: number;
    readonly expires?: string;
    readonly replace?: boolean;
  };

type TestFlags = CriteriaFlags & StoreFlags & Omit<ScanFlags, 'where'> & { readonly name?: string };

const SOURCES_HELP = 'the trail to judge, or a file that scan --format ndjson or json wrote';
const STORE_HELP = 'the store of straykey serve, instead of the file of the data folder';

export function suppressCommand(terminal: Terminal, rim: Rim): Command {
  const suppress = new Command('suppress')
    .summary('suppression rules: findings that are expected are archived')
    .description(
      'Rules as GuardDuty has them (filters with action ARCHIVE): a finding that a rule names is archived, not shown and not counted. ' +
        'Each rule says who made it and why, and may have an end; every change is kept. Try a rule before you trust it: suppress test.',
    );
  for (const command of [
    addCommand(terminal, rim),
    listCommand(terminal, rim),
    removeCommand(terminal, rim),
    testCommand(terminal, rim),
    exportCommand(terminal, rim),
    importCommand(terminal, rim),
  ]) {
    suppress.addCommand(command);
  }
  return suppress;
}

function addCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('add')
    .summary('add a rule, such as: suppress add --caller 198.51.100.0/28 --reason "gateway in Leipzig"')
    .description(
      'Adds a rule. By default it is about the finding type of Lambda functions; all its conditions must hold.',
    )
    .argument('[source...]', `with --from-finding: ${SOURCES_HELP}`)
    .option('--name <name>', '3 to 64 of A-Z a-z 0-9 . _ - (default: made from the caller)')
    .option('--description <text>', 'shown in GuardDuty when the rule is exported')
    .option(
      '--rank <n>',
      '1 to 100; of several rules that match the lowest archives (default: after the others)',
      whole,
    )
    .option('--expires <time>', 'a date (its last second, UTC) or time; from then on the rule hides nothing')
    .option('--replace', 'change the rule of this name')
    .requiredOption('--reason <text>', 'why, for whoever reads it in a year', said)
    .option('--by <who>', 'who says so (default: $USER)');
  return withOptions(command).action(async (sources: string[], flags: AddFlags) => {
    const { fromFinding } = flags;
    if (fromFinding === undefined && sources.length > 0) {
      throw new Exit(
        EXIT.usage,
        'Sources are for --from-finding. To see what a rule would hide: straykey suppress test --name NAME SOURCE.',
      );
    }
    await withKeeper(flags, terminal, rim, async (keeper) => {
      const before = await keeper.rules();
      const input = fromFinding === undefined ? undefined : await inputOf(sources, flags, keeper, terminal, rim);
      const madeFor = await input?.madeFor();
      const criteria = criteriaAsked(flags, madeFor);
      const rule: Rule = {
        name: flags.name ?? (madeFor ? evidenceIn(madeFor).suppression.rule.name : nameFor(flags.caller)),
        ...(flags.description === undefined ? {} : { description: flags.description }),
        rank: flags.rank ?? nextRank(before),
        findingCriteria: criteria.criteria,
        ...(flags.expires === undefined ? {} : { expiresAt: expiryOf(flags.expires) }),
      };
      const after = await keeper.keep([eventFor(rule, before, flags, terminal)]);
      terminal.stdout(describeKept(after.get(rule.name)!.rule, keeper, terminal));
      if (input) {
        const others = [...before.values()].filter((each) => each.rule.name !== rule.name);
        const { run, total } = await input.tried(criteria, madeFor);
        const context = { total, others, criteria: criteria.criteria, now: terminal.now() };
        terminal.stdout(`\n${describeDryRun(run, context, terminal.columns)}`);
      }
    });
  });
}

function withOptions(command: Command): Command {
  return addStoreOption(addScanOptions(addCriteriaOptions(command)), STORE_HELP);
}

function listCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('list')
    .summary('the rules, by rank, with who made them and why')
    .description('Prints the rules in the order in which they archive, those that are over too.')
    .option('--history', 'every change instead: added, changed, removed, by whom, when and why')
    .option('--config <file>', 'settings, see docs/configuration.md');
  return addStoreOption(command, STORE_HELP).action(async (flags: StoreFlags & { readonly history?: boolean }) => {
    await withKeeper(flags, terminal, rim, async (keeper) => {
      const rules = [...(await keeper.rules()).values()].map(({ rule }) => rule);
      terminal.stdout(
        flags.history ? await keeper.history(terminal.columns) : describeRules(rules, terminal.now(), terminal.columns),
      );
    });
  });
}

function removeCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('remove')
    .summary('remove a rule')
    .description('Removes a rule from the next scan on. That it was there, and who removed it, stays on record.')
    .argument('<name>', 'the rule')
    .requiredOption('--reason <text>', 'why', said)
    .option('--by <who>', 'who says so (default: $USER)')
    .option('--config <file>', 'settings, see docs/configuration.md');
  return addStoreOption(command, STORE_HELP).action(async (name: string, flags: SayFlags) => {
    await withKeeper(flags, terminal, rim, async (keeper) => {
      await keeper.keep([{ event: 'removed', name, ...saidBy(flags, terminal) }]);
      const from = keeper.store === undefined ? 'the next scan on' : 'now on';
      terminal.stdout(rows([['Removed', `${name}, from ${from}`]], terminal.columns));
    });
  });
}

function testCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('test')
    .summary('dry run: what would a rule hide, and what speaks against it?')
    .description(
      'Holds a rule, kept (--name) or not (criteria as for add), against the findings of a trail. Warns when it would hide findings unlike ' +
        'those it was made for: other functions, roles, accounts or networks, critical calls, derived credentials. Changes nothing.',
    )
    .argument('[source...]', `${SOURCES_HELP}; none with --store, for its findings`)
    .option('--name <name>', 'a rule that is kept; with --from-finding, compared with that finding');
  return withOptions(command).action(async (sources: string[], flags: TestFlags) => {
    await withKeeper(flags, terminal, rim, async (keeper) => {
      const rules = await keeper.rules();
      const named = flags.name === undefined ? undefined : rules.get(flags.name);
      if (flags.name !== undefined && named === undefined) throw new Exit(EXIT.usage, noRule(flags.name, rules));
      if (named !== undefined && namesCriteria(flags)) {
        throw new Exit(EXIT.usage, '--name takes the rule as it is kept; leave --type, --caller and --where out.');
      }
      if (flags.fromFinding === undefined && named === undefined) criteriaAsked(flags, undefined);
      const input = await inputOf(sources, flags, keeper, terminal, rim);
      const madeFor = flags.fromFinding === undefined ? undefined : await input.madeFor();
      const criteria = named?.criteria ?? criteriaAsked(flags, madeFor);
      const others = [...rules.values()].filter((each) => each !== named);
      const { run, total } = await input.tried(criteria, madeFor);
      const context = { total, others, criteria: criteria.criteria, now: terminal.now() };
      terminal.stdout(describeDryRun(run, context, terminal.columns));
    });
  });
}

function exportCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('export')
    .summary("the rules as JSON, in the form of GuardDuty's CreateFilter")
    .description(
      "Prints the rules in force as a JSON array of GuardDuty's CreateFilter requests. GuardDuty keeps no expiry and no reason: " +
        'rules that end are named on standard error, those that are over are left out.',
    )
    .option('--config <file>', 'settings, see docs/configuration.md');
  return addStoreOption(command, STORE_HELP).action(async (flags: StoreFlags) => {
    const rules = await withKeeper(flags, terminal, rim, async (keeper) => await keeper.rules());
    const current = [...rules.values()].map(({ rule }) => rule).filter((rule) => !isOver(rule, terminal.now()));
    const filters: readonly CreateFilter[] = current.map(createFilterOf);
    for (const { name, expiresAt } of current) {
      if (expiresAt !== undefined) {
        terminal.stderr(`straykey: ${name} ends ${expiresAt}; GuardDuty knows no end, remove it there by then\n`);
      }
    }
    terminal.stdout(`${jsonText(filters, 2)}\n`);
  });
}

function importCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('import')
    .summary('rules from a JSON file: what export wrote, or filters of GuardDuty')
    .description(
      "Takes one filter or an array: GuardDuty's CreateFilter, what `aws guardduty get-filter` prints, or the suppression rule of a finding. " +
        'Filters without action ARCHIVE are searches and left out. All rules are taken or, when one cannot be used, none.',
    )
    .argument('<file>', 'a JSON file')
    .option('--replace', 'change rules of the same name')
    .option('--expires <time>', 'a date (its last second, UTC) or time; from then on the rules hide nothing')
    .requiredOption('--reason <text>', 'why', said)
    .option('--by <who>', 'who says so (default: $USER)')
    .option('--config <file>', 'settings, see docs/configuration.md');
  return addStoreOption(command, STORE_HELP).action(async (path: string, flags: ImportFlags) => {
    await withKeeper(flags, terminal, rim, async (keeper) => {
      const before = await keeper.rules();
      const filters = filtersIn(path);
      const archiving = filters.filter(({ action }) => action === 'ARCHIVE');
      const expiry = flags.expires === undefined ? {} : { expiresAt: expiryOf(flags.expires) };
      const events = archiving.map(({ action: _, kind: __, ...filter }, i) => {
        const rule = { ...filter, rank: filter.rank ?? nextRank(before, i), ...expiry } as Rule;
        return eventFor(rule, before, flags, terminal);
      });
      const after = await keeper.keep(events);
      const taken = archiving.map(({ name }) => after.get(name)!.rule);
      for (const { name, action } of filters) {
        if (action !== 'ARCHIVE') terminal.stderr(`straykey: ${name} has action ${action}, not ARCHIVE: left out\n`);
      }
      terminal.stdout(describeRules(taken, terminal.now(), terminal.columns));
    });
  });
}

type ImportFlags = SayFlags & { readonly replace?: boolean; readonly expires?: string };

function filtersIn(path: string) {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Exit(EXIT.usage, `${path}: expected JSON: ${(error as Error).message}.`);
  }
  return (Array.isArray(document) ? document : [document]).map((each: unknown, i) => {
    const read = filterFrom(each);
    if (read.kind === 'problem') throw new Exit(EXIT.usage, `${path}, filter ${i + 1}: ${read.detail}.`);
    return read;
  });
}

/** What a rule is held against. */
interface Input {
  /** The finding of `--from-finding`. */
  madeFor(): Promise<Finding>;
  tried(criteria: Criteria, madeFor: Finding | undefined): Promise<{ readonly run: DryRun; readonly total: number }>;
}

type InputFlags = CriteriaFlags & StoreFlags & Omit<ScanFlags, 'where'>;

/** The findings of the sources, or of the store when none are named. */
async function inputOf(
  specs: readonly string[],
  flags: InputFlags,
  { store }: RuleKeeper,
  terminal: Terminal,
  rim: Rim,
): Promise<Input> {
  const id = flags.fromFinding ?? '';
  if (specs.length === 0 && store !== undefined) {
    const { hostFacts } = tablesFor(flags, terminal, rim);
    return {
      madeFor: async () => (await oneStored(id, store)).finding,
      async tried(criteria, madeFor) {
        const matching: Finding[] = [];
        let total = 0;
        for await (const finding of activeFindings(store)) {
          total++;
          if (criteria.matches(finding)) matching.push(finding);
        }
        return { run: dryRun(criteria, matching, hostFacts, madeFor), total };
      },
    };
  }
  const { facts, findings } = await judge(specs, flags, terminal, rim);
  return {
    madeFor: async () => oneFinding(id, findings),
    tried: async (criteria, madeFor) => ({ run: dryRun(criteria, findings, facts, madeFor), total: findings.length }),
  };
}

function tablesFor(flags: InputFlags, terminal: Terminal, rim: Rim): Tables {
  const { config } = settingsAsked(flags, terminal);
  return rim.loadTables({ ...config, dataDir: dataDirOf(config, terminal.environment) }, flags.awsRanges);
}

/** Findings of a trail, or of a file of findings; and what is known of addresses. */
async function judge(
  specs: readonly string[],
  { caller: _, where: __, ...flags }: InputFlags,
  terminal: Terminal,
  rim: Rim,
): Promise<{ readonly findings: readonly Finding[]; readonly facts: Tables['hostFacts'] }> {
  if (specs.length === 0) {
    throw new Exit(
      EXIT.usage,
      'Name the trail or file of findings to look at, or a store that holds findings: --store URL.',
    );
  }
  const files = specs.map((spec) => readFindingsFile(spec));
  if (files.every((findings) => findings !== undefined)) {
    const findings = files.flat();
    for (const finding of findings) if (evidenceOf(finding) !== undefined) evidenceIn(finding);
    return { findings, facts: tablesFor({ ...flags, caller: [], where: [] }, terminal, rim).hostFacts };
  }
  const { scanned, facts, close } = await openInput(specs, flags, terminal, rim, () => {});
  await close();
  if (scanned.firstPass.counts.records === 0) throw new Exit(EXIT.nothingRead, 'Nothing could be read.');
  return { findings: scanned.findings, facts };
}

function eventFor(
  rule: Rule,
  before: Rules,
  flags: SayFlags & { readonly replace?: boolean },
  terminal: Terminal,
): RuleEvent {
  const event = flags.replace && before.has(rule.name) ? 'changed' : 'added';
  return { event, rule, ...saidBy(flags, terminal) };
}

function saidBy(flags: SayFlags, terminal: Terminal) {
  return {
    at: new Date(terminal.now()).toISOString(),
    by: flags.by ?? terminal.environment.USER ?? 'unknown',
    reason: flags.reason,
  };
}

function describeKept(rule: KeptRule, { store, takesEffect, where }: RuleKeeper, terminal: Terminal): string {
  const lines = [
    ...ruleRows(rule, terminal.now()),
    ['Kept in', where],
    ['Takes effect', takesEffect],
    ['Try it', `straykey suppress test --name ${quoted(rule.name)} ${store === undefined ? 'SOURCE' : '--store URL'}`],
  ] as const;
  return rows(lines, terminal.columns, undefined, 16);
}

/** A name that says what the rule is about; a rule on other things gets its name from a person. */
function nameFor(callers: readonly string[]): string {
  const [caller] = callers;
  if (caller === undefined) throw new Exit(EXIT.usage, '--name: a rule without --caller needs a name.');
  return `expected-${caller.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 40)}`;
}

function nextRank(rules: Rules, further = 0): number {
  const last = Math.max(0, ...[...rules.values()].map(({ rule }) => rule.rank));
  return Math.min(100, last + 1 + further);
}

function noRule(name: string, rules: Rules): string {
  const known = [...rules.keys()];
  return `There is no rule ${JSON.stringify(name)}.${known.length === 0 ? ' There are none.' : ` Known are ${known.join(', ')}.`}`;
}

function expiryOf(text: string): string {
  return new Date(parseTime(text, '--expires', true) * 1000).toISOString();
}

function whole(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 100) throw new InvalidArgumentError('expected 1 to 100.');
  return value;
}

function said(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a sentence.');
  return text;
}
