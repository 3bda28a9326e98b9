import {
  awsAddress,
  type CallDetails,
  coldStart,
  type FunctionSession,
  type Generation,
  type LambdaFunction,
  lambdaCall,
  newFunction,
  newFunctionSession,
  type Operation,
  operations,
  outsideAddresses,
  Random,
  s3DataEvent,
  type TrailRecord,
} from '../../../straykey/src/drill/index.ts';

/** What one twin is made of, and the verdict it must get. */
export interface Twin {
  /** File name to records, in the order in which they are read; most stories need one file. */
  readonly files: Readonly<Record<string, readonly TrailRecord[]>>;
  /** `config.yaml`. */
  readonly config?: string;
  /** `ranges.csv`, a history of AWS's list. */
  readonly ranges?: string;
  /** One line for each finding: function, host, calls, rung. Written by hand; no flag rewrites it. */
  readonly finds: readonly string[];
  /** Functions whose name alone a session outside bears, with its calls: shown to the operator, never a finding. */
  readonly unattributed?: readonly string[];
}

/** A cause of wrong verdicts with both its sides. `causes`: numbers in the catalogue of causes, see README.md. */
export interface Story {
  readonly name: string;
  readonly causes: readonly number[];
  readonly about: string;
  readonly benign: Twin;
  readonly malicious: Twin;
}

export const SHOP = '111122223333';
export const PARTNER = '444455556666';
export const { torExit: THIEF } = outsideAddresses;

/** Start of most stories; the older generations have their own. */
export const MORNING = at('2026-08-20T09:00:00Z');
export const OLD_MORNING = at('2023-05-03T09:00:00Z');
export const OLDEST_MORNING = at('2018-11-29T09:00:00Z');

export function at(text: string): number {
  return Date.parse(text) / 1000;
}

/** One file, no settings. */
export function twin(records: readonly TrailRecord[], finds: readonly string[] = [], more: Partial<Twin> = {}): Twin {
  return { files: { 'events.jsonl': records }, finds, ...more };
}

/** A function, its first environment, and short ways to make it call. Equal seeds give equal records: both twins share them. */
export function stage(
  seed: string,
  generation: Generation = '1.11',
  start = defaultStart(generation),
  name = 'orders',
) {
  const random = new Random(seed);
  const fn: LambdaFunction = newFunction(random, { accountId: SHOP, region: 'eu-west-1', name, generation });
  const session: FunctionSession = newFunctionSession(random, fn, start);
  const address = awsAddress(random, fn.region);
  const call = (operation: Operation, after: number, details: CallDetails = {}) =>
    lambdaCall(random, session, operation, start + after, details);
  return {
    random,
    fn,
    session,
    start,
    address,
    call,
    cold: () => coldStart(random, session),
    /** Ordinary work from an AWS address. */
    inside: (after: number, details: CallDetails = {}) =>
      call(operations.getParameter(`/prod/${name}/settings`), after, { address, ...details }),
    /** Use by the thief, header-signed, from a Tor exit unless said. */
    stolen: (after: number, operation: Operation = operations.listSecrets, details: CallDetails = {}) =>
      call(operation, after, { address: THIEF, agent: 'aws-cli/2.31.18 os/linux#6.12.38+kali-amd64', ...details }),
    object: (verb: 'GetObject' | 'PutObject' | 'UploadPart', after: number, details: CallDetails = {}) =>
      s3DataEvent(random, session, verb, { bucket: `${name}-data`, key: 'a.json' }, start + after, {
        address,
        ...details,
      }),
    /** Another environment of the same function. */
    another: (after: number) => newFunctionSession(random, fn, start + after),
  };
}

function defaultStart(generation: Generation): number {
  return { '1.05': OLDEST_MORNING, '1.08': OLD_MORNING, '1.11': MORNING }[generation];
}

/** A record without one of its members. */
export function without(record: TrailRecord, member: string): TrailRecord {
  const { [member]: _gone, ...rest } = record;
  return rest;
}

/** A record with other members in its `userIdentity`. */
export function withIdentity(record: TrailRecord, more: TrailRecord): TrailRecord {
  return { ...record, userIdentity: { ...(record.userIdentity as TrailRecord), ...more } };
}
