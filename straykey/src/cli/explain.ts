import { Command } from 'commander';
import type { Finding } from '../findings/index.ts';
import { formats } from '../outlets/formats/index.ts';
import type { Scanned } from '../pipeline.ts';
import type { ApiCall } from '../records/index.ts';
import { attribute, delegationOf } from '../sessions/index.ts';
import { type Found, placeOf } from '../survey/index.ts';
import { describeBasis, type Place, type PlaceTables } from '../where/index.ts';
import { rows } from './layout.ts';
import type { Rim } from './rim.ts';
import { addScanOptions, openInput, type ScanFlags } from './scan.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

export function explainCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('explain')
    .summary('show what each stage makes of one event or finding')
    .description(
      'Scans the sources and shows, for one CloudTrail event (its eventID) or one finding (its id or the first digits of ' +
        'it), what each stage made of it: record, credential, sender, place, judgement, finding.',
    )
    .argument('<id>', 'an eventID, or a finding id (at least 6 digits)')
    .argument('<source...>', 'folder, file, - for standard input, or s3://bucket/prefix');
  return addScanOptions(command).action(async (id: string, sources: string[], flags: ScanFlags) => {
    terminal.stdout(await explain(id, sources, flags, terminal, rim));
  });
}

async function explain(
  id: string,
  specs: readonly string[],
  flags: ScanFlags,
  terminal: Terminal,
  rim: Rim,
): Promise<string> {
  const { scanned, tables, find, close } = await openInput(specs, flags, terminal, rim, () => {});
  try {
    const finding = /^[0-9a-f]{6,32}$/.test(id) ? scanned.findings.find((each) => each.id.startsWith(id)) : undefined;
    if (finding !== undefined) return formats.table([finding], { columns: terminal.columns, color: terminal.color });
    const found = await find(id);
    if (found.length === 0) {
      const { records } = scanned.firstPass.counts;
      throw new Exit(EXIT.nothingRead, `No event and no finding with id ${id} among the ${records} records read.`);
    }
    return found.map((each) => explainRecord(each, scanned, tables, terminal.columns)).join('\n');
  } finally {
    await close();
  }
}

/** Each stage's word on one record, in the order of the pipeline. */
function explainRecord(
  { call, origin, offset }: Found,
  scanned: Scanned,
  tables: PlaceTables,
  columns: number,
): string {
  const place = placeOf(call, tables);
  const judged = scanned.judged.find(({ use }) => use.call.id === call.id);
  const findings = scanned.findings.filter((finding) =>
    finding.service.additionalInfo.value.includes(JSON.stringify(call.eventId ?? call.id)),
  );
  return rows(
    [
      ['Record', `${origin}, byte ${offset}`],
      ...recordRows(call),
      ['Credential', credentialLine(call, scanned)],
      ['Sent by', senderLine(call, place)],
      ['Place', placeLine(call, place, tables)],
      ['Judgement', judgementLine(judged, call, place)],
      ...(judged === undefined ? [] : [['', judged.judgement.explanation.text] as const]),
      ['Finding', findingLine(findings)],
    ],
    columns,
  );
}

function recordRows(call: ApiCall): (readonly [string, string])[] {
  const failed = call.errorCode === undefined ? '' : `, failed: ${call.errorCode}`;
  return [
    [
      '',
      `${new Date(call.time * 1000).toISOString().slice(0, 19)}Z ${call.eventSource} ${call.eventName} in ${call.awsRegion}${failed}`,
    ],
    ['', `from ${call.sourceIPAddress || '(no address)'}, user agent ${call.userAgent || '(none)'}`],
    [
      '',
      `by ${call.identity.arn || call.identity.principalId || call.identity.kind}, key ${call.identity.accessKeyId || '(none)'}`,
    ],
  ];
}

function credentialLine({ identity }: ApiCall, scanned: Scanned): string {
  if (identity.kind !== 'session')
    return `of kind ${identity.kind}: not a role session, so not made for a function, task or instance`;
  const attribution = attribute(identity, scanned.firstPass.survey.ledger);
  switch (attribution.kind) {
    case 'resource':
      return `issued to ${attribution.issuedTo.arn}${attribution.platform ? " (Lambda's control plane)" : ''}. Rung ${attribution.rung}: ${attribution.proof}`;
    case 'unattributed':
      return `unattributed: the session is named like the function ${attribution.functionName}, but no record shows who issued it`;
    case 'other':
      return `not judged: ${attribution.why}`;
  }
}

function senderLine(call: ApiCall, place: Place): string {
  if (place.kind === 'service') return 'an AWS service on behalf of the credential: not remote use';
  switch (delegationOf(call)) {
    case 'presigned':
      return 'somebody with a presigned S3 address that the credential signed: counted, no finding';
    case 'identity-proof':
      return 'whoever proves or asks an identity (GetCallerIdentity): judged, with lower confidence when it is all there is';
    case 'direct':
      return 'whoever holds the key (signed in the header)';
  }
}

function placeLine(call: ApiCall, place: Place, tables: PlaceTables): string {
  const detail = place.kind === 'unknown' ? ` (${place.reason})` : '';
  return `${place.kind}${detail}. ${describeBasis(place, call.time, tables).basis}`;
}

function judgementLine(judged: Scanned['judged'][number] | undefined, call: ApiCall, place: Place): string {
  if (judged !== undefined) {
    const { finding, reasons, score } = judged.judgement;
    return finding ? `makes a finding: ${reasons.join(', ')} (score ${score})` : 'expected, silent';
  }
  if (place.kind !== 'outside') return `none: only a call from outside AWS is judged, this one is ${place.kind}`;
  if (delegationOf(call) === 'presigned') return 'none: presigned';
  return 'none: the credential was not made for a function, task or instance, as far as the records show';
}

function findingLine(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'none holds this event';
  return findings.map(({ id, title }) => `${id}: ${title}`).join('; ');
}
