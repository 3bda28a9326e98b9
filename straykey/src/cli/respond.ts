import { Command, Option } from 'commander';
import { dataDirOf } from '../config/index.ts';
import { type Finding, jsonText, quoted } from '../findings/index.ts';
import type { Scanned } from '../pipeline.ts';
import { type Context, markdown, type Plan, planFor, script } from '../response/index.ts';
import { isPlatformSession } from '../sessions/index.ts';
import { evidenceIn, readFindingsFile } from './findings-file.ts';
import { addStoreOption, oneStored, settingsAsked, withStore } from './named-store.ts';
import { oneFinding } from './one-finding.ts';
import type { Rim } from './rim.ts';
import { addScanOptions, openInput, type ScanFlags } from './scan.ts';
import { storeUrl } from './serve.ts';
import { reportOf } from './summary.ts';
import type { Terminal } from './terminal.ts';

export type RespondFlags = Omit<ScanFlags, 'format'> & {
  readonly format: keyof typeof WRITERS;
  readonly store?: string;
};

const WRITERS = {
  markdown,
  json: (plan: Plan) => `${jsonText(plan, 2)}\n`,
  sh: script,
} as const;

export function respondCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('respond')
    .summary('what to do about a finding, step by step')
    .description(
      'Writes a response plan for one finding: is it expected, contain, scope, eradicate, recover, prevent, each with commands, ' +
        'IAM policies, what they break and how to undo them; and what to do when it was expected. Nothing is run.',
    )
    .argument('<finding>', 'a finding id, or its first digits (at least 6)')
    .argument(
      '[source...]',
      'the trail to judge, or a file that scan --format ndjson or json wrote (default: the store)',
    )
    .addOption(
      new Option(
        '--format <format>',
        'for people and tickets, for programs, or a script that changes nothing by itself',
      )
        .choices(Object.keys(WRITERS))
        .default('markdown'),
    )
    .option('--output <file>', 'write the plan to a file instead of standard output');
  return addStoreOption(addScanOptions(command), 'where findings are kept').action(
    async (id: string, sources: string[], flags: RespondFlags) => {
      const plan = await planOf(id, sources, flags, terminal, rim);
      const text = WRITERS[flags.format](plan);
      if (flags.output === undefined) terminal.stdout(text);
      else rim.writeFile(flags.output, text);
    },
  );
}

/** The plan for one finding of a trail, of a file of findings, or, when neither is named, of the store. */
export async function planOf(
  id: string,
  specs: readonly string[],
  flags: Omit<RespondFlags, 'format'>,
  terminal: Terminal,
  rim: Rim,
): Promise<Plan> {
  if (specs.length === 0) return await planFromStore(id, flags, terminal, rim);
  const files = specs.map((spec) => readFindingsFile(spec));
  if (files.every((findings) => findings !== undefined)) {
    const findings = files.flat();
    const finding = oneFinding(id, findings);
    return planFor(finding, evidenceIn(finding), {
      roleUsers: [],
      others: findings.filter((each) => each !== finding),
      sources: 'SOURCE',
    });
  }
  const { store: _, ...scanFlags } = flags;
  const { scanned, tables, close } = await openInput(specs, scanFlags, terminal, rim, () => {});
  await close();
  const finding = oneFinding(id, scanned.findings);
  const accounts = reportOf(scanned, [], tables).accounts;
  const coverage = accounts.find(({ accountId }) => accountId === finding.accountId)?.s3DataEvents;
  return planFor(finding, evidenceIn(finding), {
    roleUsers: roleUsersOf(finding, scanned),
    others: scanned.findings.filter((each) => each !== finding),
    ...(coverage === undefined ? {} : { s3DataEvents: coverage }),
    sources: specs.map(quoted).join(' '),
  } satisfies Context);
}

/** Other findings of the store that a plan may name. */
const MOST_OTHERS = 500;

async function planFromStore(
  id: string,
  flags: { readonly store?: string; readonly config?: string },
  terminal: Terminal,
  rim: Rim,
): Promise<Plan> {
  const { config, store: url } = settingsAsked(flags, terminal);
  const named = url ?? storeUrl(config, dataDirOf(config, terminal.environment));
  return await withStore(named, rim, async (store) => {
    const { finding } = await oneStored(id, store);
    const newest = await store.findings.page({ where: [], orderBy: 'updatedAt', descending: true, limit: MOST_OTHERS });
    const others = newest.map((each) => each.finding).filter((each) => each.id !== finding.id);
    return planFor(finding, evidenceIn(finding), { roleUsers: [], others, sources: 'SOURCE' });
  });
}

/** Functions, tasks and other sessions of the same role that the trail shows, without the resource of the finding and Lambda's control plane. */
function roleUsersOf({ accountId, resource }: Finding, { firstPass, joined }: Scanned): readonly string[] {
  const { principalId, userName } = resource.accessKeyDetails;
  if (userName === '') return [];
  const role = `${accountId}/${userName}`;
  const own = principalId.slice(principalId.indexOf(':') + 1);
  const { inside, ledger } = firstPass.survey;
  const functions = [...joined.principals].flatMap(([principal, { name }]) =>
    principal === `${role}/${name}` ? [name] : [],
  );
  const sessions = [...inside.sessions.keys(), ...ledger.issuedSessions.keys()].flatMap((session) => {
    const [who = '', name = ''] = session.split(' ');
    return (ledger.roleIds.get(who) ?? who) === role ? [name] : [];
  });
  return [...new Set([...functions, ...sessions])].filter((name) => name !== own && !isPlatformSession(name)).sort();
}
