import { type AddressFacts, type Case, type Finding, type FindingType, raise } from './findings/index.ts';
import { type Judged, judgeUses, type Learning } from './judge-uses.ts';
import type { LedgerEntry } from './model/index.ts';
import type { FirstPass, Passes } from './passes/index.ts';
import type { IssuedTo } from './sessions/index.ts';
import type { SourceObject } from './sources/index.ts';
import {
  attributedLate,
  derivedCallers,
  derivedFrom,
  inVpcOf,
  type Joined,
  join,
  type Survey,
} from './survey/index.ts';
import { describeBasis, type HostFacts, type PlaceTables } from './where/index.ts';

/** What the pipeline needs from the rim; `main.ts` chooses the parts. */
export interface Ports {
  readonly passes: Passes;
  readonly tables: PlaceTables;
  /** Names and countries of remote hosts; asked only for hosts in findings. */
  readonly hostFacts: (address: string) => HostFacts;
  /** SHA-256, hexadecimal. */
  readonly digest: (text: string) => string;
}

/** What raising findings needs of them. */
export type FindingPorts = Pick<Ports, 'tables' | 'hostFacts' | 'digest'>;

export interface ScanSettings {
  readonly learning: Learning;
  /** Epoch seconds. Uses outside the span make no finding; they still teach, and issues there still attribute. */
  readonly from?: number;
  readonly to?: number;
}

export interface Scanned {
  /** Sorted by (first seen, id). */
  readonly findings: readonly Finding[];
  readonly firstPass: FirstPass;
  readonly joined: Joined;
  /** Every judged use of the span, silent ones too, sorted by (time, id). */
  readonly judged: readonly Judged[];
  readonly ledger: readonly LedgerEntry[];
}

/**
 * History, from bytes to findings.
 *
 * 1. Read everything once: a survey of who was issued what, who called from outside, who was inside when.
 * 2. Look again at the few files whose callers only later records proved to be Lambda's.
 * 3. Attribute every use kept, now that all records have testified.
 * 4. Judge each use as it would have been judged live.
 * 5. Gather one case for each (type, account, issued-to, host or pool) and raise its finding.
 *
 * The same records give the same findings, in any order, any number of times, over any number of workers.
 */
export async function scan(
  objects: Iterable<SourceObject> | AsyncIterable<SourceObject>,
  ports: Ports,
  settings: ScanSettings,
): Promise<Scanned> {
  const firstPass = await ports.passes.survey(objects);
  const { survey } = firstPass;
  await lookAgainFor(survey, ports);
  const joined = join(survey, ports.tables);
  const history = judgeUses(joined, settings.learning);
  const judged = history.judged.filter((each) => within(each, settings));
  const childCalls = await countChildCalls(judged, survey, ports);
  const findings = raiseFindings(judged, joined, survey, childCalls, ports);
  return { findings, firstPass, joined, judged, ledger: history.ledger };
}

/** The findings of judged uses, sorted by (first seen, id). `childCalls`: calls from outside by derived access key. */
export function raiseFindings(
  judged: readonly Judged[],
  joined: Joined,
  survey: Survey,
  childCalls: ReadonlyMap<string, number>,
  ports: FindingPorts,
): Finding[] {
  const cases = gather(judged, joined, survey, childCalls, ports);
  return cases.map((each) => raise(each, { digest: ports.digest })).sort(byFirstSeen);
}

/** Keys that alarming uses were made with: what was made with them is derived. */
export function stolenKeys(judged: readonly Judged[]): Set<string> {
  const keys = judged.filter(({ judgement }) => judgement.finding).map(({ use }) => use.call.identity.accessKeyId);
  return new Set(keys.filter((key) => key !== ''));
}

/** Issue and use in any order: callers that waited in the roster and have since been attributed. */
async function lookAgainFor(survey: Survey, ports: Ports): Promise<void> {
  await ports.passes.lookAgain(attributedLate(survey), (call) => {
    survey.ledger.learn(call, 'outside');
    if (call.identity.kind === 'session') survey.keep(call, call.identity);
  });
}

/** Uses outside the span have taught the model; they make no finding and are not shown. */
function within({ use: { call } }: Judged, { from, to }: ScanSettings): boolean {
  return call.time >= (from ?? 0) && call.time <= (to ?? Number.POSITIVE_INFINITY);
}

/** Calls from outside under credentials that were made with stolen ones: a look at the files where those callers were noted. */
async function countChildCalls(
  judged: readonly Judged[],
  survey: Survey,
  ports: Ports,
): Promise<ReadonlyMap<string, number>> {
  const children = new Set(
    derivedFrom(stolenKeys(judged), survey.ledger, new Map()).flatMap(({ accessKeyId }) => accessKeyId ?? []),
  );
  const ids = new Map<string, Set<string>>();
  await ports.passes.lookAgain(derivedCallers(survey, children), (call) => {
    const key = call.identity.accessKeyId;
    const known = ids.get(key);
    if (known === undefined) ids.set(key, new Set([call.id]));
    else known.add(call.id);
  });
  return new Map([...ids].map(([key, calls]) => [key, calls.size]));
}

/** One case for each finding identity that has at least one alarming use. */
function gather(
  judged: readonly Judged[],
  joined: Joined,
  survey: Survey,
  childCalls: ReadonlyMap<string, number>,
  ports: FindingPorts,
): Case[] {
  const groups = new Map<string, Judged[]>();
  for (const each of judged) {
    const key = JSON.stringify([typeOf(each.use.issuedTo), each.use.issuedTo.arn, hostOf(each)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  const alarming = [...groups.values()].filter((group) => group.some(({ judgement }) => judgement.finding));
  return alarming.map((uses) => caseOf(uses, joined, survey, childCalls, ports));
}

function caseOf(
  uses: readonly Judged[],
  joined: Joined,
  survey: Survey,
  childCalls: ReadonlyMap<string, number>,
  ports: FindingPorts,
): Case {
  const first = uses[0]!;
  const { issuedTo } = first.use;
  const keys = new Set(uses.map(({ use }) => use.call.identity.accessKeyId).filter((key) => key !== ''));
  const insideDays = joined.inside.filter((day) => day.principal === first.principal);
  const inVpc = inVpcOf(issuedTo, survey.ledger);
  return {
    type: typeOf(issuedTo),
    accountId: issuedTo.accountId,
    issuedTo,
    host: hostOf(first),
    uses,
    derived: derivedFrom(keys, survey.ledger, childCalls),
    inside: {
      days: [...new Set(insideDays.map(({ day }) => new Date(day * 86_400_000).toISOString().slice(0, 10)))],
      ...(inVpc === undefined ? {} : { inVpc }),
    },
    presigned: joined.presigned.get(issuedTo.arn) ?? { calls: 0, addresses: [] },
    address: addressFactsOf(uses, ports),
  };
}

/** Facts of the newest alarming host; the basis of the weakest judgement among the uses' days would say no more. */
function addressFactsOf(uses: readonly Judged[], ports: FindingPorts): AddressFacts {
  const newest = uses.findLast(({ judgement }) => judgement.finding)!;
  const { basis, weak } = describeBasis(newest.place, newest.use.call.time, ports.tables);
  return { ...ports.hostFacts(newest.place.address), basis, weak };
}

function typeOf({ family }: IssuedTo): FindingType {
  const kind = family === 'ec2' ? 'Instance' : 'Resource';
  return `UnauthorizedAccess:IAMUser/${kind}CredentialExfiltration.OutsideAWS`;
}

function hostOf({ judgement: { scope } }: Judged): string {
  return scope.kind === 'pool' ? scope.network : scope.unit;
}

function byFirstSeen(a: Finding, b: Finding): number {
  const [x, y] = [`${a.service.eventFirstSeen} ${a.id}`, `${b.service.eventFirstSeen} ${b.id}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
