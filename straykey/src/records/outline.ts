import type { ApiCall } from './api-call.ts';
import { asMembers, type Members, type Mutable, readTime } from './fields.ts';
import { type Identity, identityOf } from './identity.ts';
import { toTestimony } from './testimony.ts';

/**
 * What the scanner's module cuts from a record and leaves unparsed: for callers met by the thousand in records that nobody wants, and for
 * records that are wanted for their testimony alone. Field numbers are those of assembly/fields.ts.
 */
export interface Outline {
  /** The values from EVENT_ID to IN_SCOPE_OF, then from ERROR_CODE to `last`, one behind the other: ASCII, without escapes. */
  readonly text: string;
  /** The one value that is kept for long, so a text of its own: a part of `text` would keep the whole. Empty when absent. */
  readonly accessKeyId: string;
  /** The last field in the text: MET, BY_REQUEST or BY_RESPONSE. */
  readonly last: number;
  /** By field, its address (0 when absent) and its length. */
  readonly fields: Int32Array;
  /** Absent when the record does not say. */
  readonly managementEvent: boolean | undefined;
}

const [EVENT_ID, PRINCIPAL_ID, IN_SCOPE_OF, SESSION_CONTEXT, ERROR_CODE] = [4, 16, 21, 22, 24] as const;

/** The last field of an outline to meet a caller by, and of one that testifies by its request alone or by its response too. */
export const [MET, BY_REQUEST, BY_RESPONSE] = [IN_SCOPE_OF, 26, 27] as const;

/** The last field needed for what records of a service testify. */
export function lastFor(eventSource: string): number {
  return eventSource === 'logs.amazonaws.com' || eventSource === 'kms.amazonaws.com' ? BY_REQUEST : BY_RESPONSE;
}

/** Identities remembered. Beyond this all are forgotten, which costs time and nothing else. */
const MOST_IDENTITIES = 1 << 12;

/** What the records of one session say of it, whichever key they were signed with. */
interface Known {
  /** Lengths of the fields, so that the same characters cut otherwise are not taken for the same. */
  readonly cut: readonly number[];
  readonly identity: Identity;
  /** `userIdentity.accountId`, as recorded. */
  readonly accountId: string;
  /** Both the role's unique id and its name: then the session's issuer adds nothing but the role's path. */
  readonly namesSession: boolean;
}

export class Outliner {
  readonly #known = new Map<string, Known>();

  /**
   * The same call as of the whole record in all that {@link SkimHooks.meet} asks about and, when `last` is more than MET, in all that
   * {@link SkimHooks.witness} asks about. Undefined when it takes the whole record to tell.
   */
  callOf(outline: Outline): ApiCall | undefined {
    const values = new Values(outline);
    const id = values.next();
    const time = readTime(values.next());
    const eventType = values.next();
    const recipient = values.next();
    const eventCategory = values.next();
    const awsRegion = values.next();
    const eventSource = values.next();
    const eventName = values.next();
    const sourceIPAddress = values.next();
    const vpcEndpointId = values.next();
    const vpcEndpointAccountId = values.next();
    const accessKeyId = outline.accessKeyId === 'null' ? '' : outline.accessKeyId;
    values.skip();
    const known = this.#identity(outline, values);
    const usual = isName(eventSource) && isName(eventName) && id !== '' && id.trim() === id;
    if (!usual || time === undefined || known === undefined) return undefined;
    const call: Mutable<ApiCall> = {
      id,
      time,
      eventSource,
      eventName,
      sourceIPAddress,
      userAgent: '',
      awsRegion,
      recipientAccountId: recipient || known.accountId,
      resources: NO_RESOURCES,
      identity: { ...known.identity, accessKeyId },
      eventId: id,
    };
    if (eventCategory !== '') call.eventCategory = eventCategory;
    else if (outline.managementEvent === false) call.eventCategory = 'Data';
    if (eventType !== '') call.eventType = eventType;
    if (vpcEndpointId.startsWith('vpce-')) call.vpcEndpointId = vpcEndpointId;
    if (/^\d{12}$/.test(vpcEndpointAccountId)) call.vpcEndpointAccountId = vpcEndpointAccountId;
    return outline.last === MET || testify(call, values, outline.last) ? call : undefined;
  }

  /** Nothing when inScopeOf is no JSON, or when the session context, which is left out, would tell whose session it is. */
  #identity(outline: Outline, values: Values): Known | undefined {
    const { fields } = outline;
    const start = values.at;
    const key = values.upTo(IN_SCOPE_OF);
    let known = this.#known.get(key);
    if (known === undefined || !isCutSo(known.cut, fields)) {
      known = knownOf(values, fields);
      if (known === undefined) return undefined;
      if (this.#known.size >= MOST_IDENTITIES) this.#known.clear();
      this.#known.set(key, known);
    }
    values.goTo(ERROR_CODE, start + key.length);
    return known.namesSession || fields[2 * SESSION_CONTEXT] === 0 ? known : undefined;
  }
}

/** As parsing makes it: without a prototype. */
const NO_RESOURCES: ApiCall['resources'] = Object.freeze(Object.create(null));

function isName(name: string): boolean {
  return name !== '' && !name.startsWith('aws:');
}

/** Reads an outline's values in their order. */
class Values {
  at = 0;
  #field: number = EVENT_ID;
  readonly #text: string;
  readonly #fields: Int32Array;

  constructor({ text, fields }: Outline) {
    this.#text = text;
    this.#fields = fields;
  }

  /** Empty when the record has none, or `null` for it. */
  next(): string {
    const length = this.#fields[2 * this.#field++ + 1]!;
    const from = this.at;
    this.at += length;
    const value = this.#text.slice(from, this.at);
    return value === 'null' ? '' : value;
  }

  skip(): void {
    this.at += this.#fields[2 * this.#field++ + 1]!;
  }

  /** From the next value to the one of a field. */
  upTo(field: number): string {
    let to = this.at;
    for (let each = this.#field; each <= field; each++) to += this.#fields[2 * each + 1]!;
    return this.#text.slice(this.at, to);
  }

  goTo(field: number, at: number): void {
    this.#field = field;
    this.at = at;
  }
}

function isCutSo(cut: readonly number[], fields: Int32Array): boolean {
  for (let i = 0; i < cut.length; i++) if (cut[i] !== fields[2 * (PRINCIPAL_ID + i) + 1]) return false;
  return true;
}

function knownOf(values: Values, fields: Int32Array): Known | undefined {
  const principalId = values.next();
  const arn = values.next();
  const accountId = values.next();
  const type = values.next();
  const invokedBy = values.next();
  const inScopeOf = parsed(values.next());
  if (inScopeOf === MALFORMED) return undefined;
  return {
    cut: Array.from({ length: IN_SCOPE_OF + 1 - PRINCIPAL_ID }, (_, i) => fields[2 * (PRINCIPAL_ID + i) + 1]!),
    identity: identityOf({ type, accountId, principalId, arn, accessKeyId: '', invokedBy, inScopeOf }),
    accountId,
    namesSession: arn.includes(':assumed-role/') && principalId.includes(':'),
  };
}

/** Adds what the record testifies and what this is taken from. False when a value is no JSON. */
function testify(call: Mutable<ApiCall>, values: Values, last: number): boolean {
  const errorCode = values.next();
  if (errorCode !== '') call.errorCode = errorCode;
  call.userAgent = values.next();
  const request = parsed(values.next());
  const response = last === BY_RESPONSE ? parsed(values.next()) : undefined;
  if (request === MALFORMED || response === MALFORMED) return false;
  const testimony = toTestimony({
    eventSource: call.eventSource,
    eventName: call.eventName,
    userAgent: call.userAgent,
    sourceIPAddress: call.sourceIPAddress,
    failed: errorCode !== '',
    identity: call.identity,
    roleResource: '',
    request: asMembers(request) ?? NOTHING,
    response: asMembers(response) ?? NOTHING,
  });
  if (testimony !== undefined) call.testimony = testimony;
  return true;
}

const NOTHING: Members = Object.freeze({});

const MALFORMED = Symbol('malformed');

function parsed(json: string): unknown {
  if (json === '') return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return MALFORMED;
  }
}
