import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { EVIDENCE_TYPE, type Evidence, evidenceOf, type Finding } from '../findings/index.ts';
import { EXIT, Exit } from './terminal.ts';

/** Start of a file that says what it holds: a finding's first member comes within the first hundred bytes. */
const HEAD_BYTES = 4096;

/** Largest file of findings taken in whole: a hundred thousand findings. A larger one is a trail by mistake. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Findings written by `straykey scan --format ndjson|json`; undefined for anything else, such as a trail. Told by content, not by name. */
export function readFindingsFile(path: string): readonly Finding[] | undefined {
  const size = sizeOfFile(path);
  if (size === undefined || size > MOST_BYTES || !looksLikeFindings(headOf(path))) return undefined;
  const text = readFileSync(path, 'utf8');
  const documents = text.trimStart().startsWith('[') ? array(parse(text, path), path) : lines(text, path);
  return documents.map((each, i) => checkedFinding(each, `${path}, finding ${i + 1}`));
}

/** Evidence of a finding, or the reason there is none. */
export function evidenceIn(finding: Finding): Evidence {
  const evidence = evidenceOf(finding);
  const result = v.safeParse(evidenceSchema, evidence);
  if (evidence !== undefined && result.success) return evidence;
  throw new Exit(
    EXIT.usage,
    `Finding ${finding.id} carries no evidence of this version of Straykey (${EVIDENCE_TYPE}): GuardDuty made it, an older version did, or it was edited. Name the trail instead.`,
  );
}

function sizeOfFile(path: string): number | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined;
  }
}

function headOf(path: string): string {
  const buffer = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** `schemaVersion` is the first member of a finding, and no CloudTrail record has it. An empty JSON array is no findings, and no trail. */
function looksLikeFindings(head: string): boolean {
  return /^\ufeff?\s*\[?\s*\{\s*"schemaVersion"\s*:\s*"2\.0"/.test(head);
}

function lines(text: string, path: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parse(line, path));
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Exit(EXIT.usage, `${path}: findings, but not whole JSON: ${(error as Error).message}.`);
  }
}

function array(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Exit(EXIT.usage, `${path}: expected an array of findings.`);
}

function checkedFinding(value: unknown, place: string): Finding {
  const result = v.safeParse(findingSchema, value);
  if (result.success) return value as Finding;
  const [issue] = result.issues;
  throw new Exit(
    EXIT.usage,
    `${place}: ${v.getDotPath(issue) ?? ''}: expected ${issue.expected ?? 'another form'}, found ${issue.received}.`,
  );
}

const text = v.string();
const texts = v.array(v.string());
const time = v.pipe(text, v.isoTimestamp());

/** What the plan reads of a finding; the rest may be anything. */
const findingSchema = v.looseObject({
  accountId: text,
  region: text,
  partition: text,
  id: v.pipe(text, v.regex(/^[0-9a-f]{32}$/)),
  type: text,
  title: text,
  resource: v.looseObject({
    accessKeyDetails: v.looseObject({ userName: text, principalId: text }),
    s3BucketDetails: v.optional(v.array(v.looseObject({ name: text }))),
  }),
  service: v.looseObject({
    eventFirstSeen: time,
    eventLastSeen: time,
    additionalInfo: v.looseObject({ type: text, value: text }),
    action: v.looseObject({
      awsApiCallAction: v.looseObject({
        remoteIpDetails: v.looseObject({ ipAddressV4: v.optional(text), ipAddressV6: v.optional(text) }),
      }),
    }),
  }),
});

function listed<Item extends v.GenericSchema>(item: Item) {
  return v.looseObject({ total: v.number(), listed: v.array(item) });
}

const reason = v.looseObject({ name: text, says: text });

/** What the plan reads of the evidence. */
const evidenceSchema = v.looseObject({
  credential: v.looseObject({
    issuedTo: v.looseObject({ family: v.picklist(['lambda', 'ecs', 'ec2']), arn: text, name: text, accountId: text }),
    platform: v.boolean(),
  }),
  place: v.looseObject({
    addresses: listed(v.looseObject({ address: text })),
    basis: text,
    weak: v.boolean(),
    asn: v.optional(v.number()),
    organisation: v.optional(text),
    registeredCountry: v.optional(text),
  }),
  delegation: v.looseObject({ direct: v.number(), identityProof: v.number(), other: v.number() }),
  confidence: v.looseObject({ level: text, for: v.array(reason), against: v.array(reason) }),
  calls: v.looseObject({
    alarming: v.number(),
    failed: v.number(),
    byApi: listed(v.looseObject({ service: text, api: text, calls: v.number(), errors: v.number() })),
    byRegion: listed(v.looseObject({ region: text, calls: v.number() })),
  }),
  keys: listed(v.looseObject({ accessKeyId: text })),
  userAgents: listed(v.looseObject({ userAgent: text })),
  derived: listed(v.looseObject({ by: text, actsAs: text, accessKeyId: v.optional(text), calls: v.number() })),
  presigned: v.looseObject({ calls: v.number(), addresses: v.number() }),
  inside: v.looseObject({ days: listed(text), inVpc: v.optional(v.boolean()) }),
  learning: v.looseObject({
    scope: v.union([
      v.looseObject({ kind: v.literal('host'), unit: text }),
      v.looseObject({ kind: v.literal('pool'), network: text, blocks: texts }),
    ]),
    routed: v.boolean(),
    vouchingRoles: texts,
  }),
  suppression: v.looseObject({
    covers: text,
    rule: v.looseObject({
      name: text,
      description: text,
      rank: v.number(),
      findingCriteria: v.looseObject({ criterion: v.record(text, v.looseObject({ equals: texts })) }),
    }),
  }),
});
