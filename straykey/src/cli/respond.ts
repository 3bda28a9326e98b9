import { Command, Option } from 'commander';
import { type Finding, jsonText, quoted } from '../findings/index.ts';
import type { Scanned } from '../pipeline.ts';
import { type Context, markdown, type Plan, planFor, script } from '../response/index.ts';
import { isPlatformSession } from '../sessions/index.ts';
import { evidenceIn, readFindingsFile } from './findings-file.ts';
import { oneFinding } from './one-finding.ts';
import type { Rim } from './rim.ts';
import { addScanOptions, openInput, type ScanFlags } from './scan.ts';
import { reportOf } from './summary.ts';
import type { Terminal } from './terminal.ts';

type RespondFlags = Omit<ScanFlags, 'format'> & { readonly format: keyof typeof WRITERS };

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
      '<source...>',
      'the trail to judge, or a file that scan --format ndjson or json wrote (then nothing is read again)',
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
  return addScanOptions(command).action(async (id: string, sources: string[], flags: RespondFlags) => {
    const plan = await planOf(id, sources, flags, terminal, rim);
    const text = WRITERS[flags.format](plan);
    if (flags.output === undefined) terminal.stdout(text);
    else rim.writeFile(flags.output, text);
  });
}

async function planOf(
  id: string,
  specs: readonly string[],
  flags: RespondFlags,
  terminal: Terminal,
  rim: Rim,
): Promise<Plan> {
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
  const { format: _, ...scanFlags } = flags;
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
