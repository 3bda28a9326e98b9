import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import type { Condition, Criteria } from '../../api/types.ts';
import { LEVELS } from '../../kit/severity.ts';

const CALL = 'service.action.awsApiCallAction';
const REMOTE = `${CALL}.remoteIpDetails`;
const INFO = 'service.additionalInfo';

export const SEVERITY = 'severity';
export const COUNTRY = `${REMOTE}.country.countryName`;
export const CALLER_V4 = `${REMOTE}.ipAddressV4`;
export const CALLER_V6 = `${REMOTE}.ipAddressV6`;
export const FUNCTION = 'resource.lambdaDetails.functionName';
export const ACCESS_KEY = 'resource.accessKeyDetails.accessKeyId';
export const ACCOUNT = 'accountId';

/** `time` values are dates in UTC, compared in epoch milliseconds as GuardDuty does. */
type Kind = 'text' | 'level' | 'time' | 'number';

export interface FilterField {
  /** GuardDuty's name. */
  readonly key: string;
  /** The label of GuardDuty's own console, where it has one. */
  readonly label: string;
  readonly kind: Kind;
  /** Values worth offering. */
  readonly values?: readonly string[];
  /** Only Straykey knows it: a rule with it does nothing in GuardDuty. */
  readonly ours?: boolean;
}

export const FINDING_TYPES = [
  'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS',
  'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS',
] as const;

/** Fields that the server can count by without opening findings. A function or address counts when it is one and not a range. */
const INDEXED: ReadonlySet<string> = new Set([
  SEVERITY,
  'type',
  'id',
  ACCOUNT,
  'region',
  ACCESS_KEY,
  'updatedAt',
  'createdAt',
  'service.count',
]);
const NARROWED: ReadonlySet<string> = new Set([FUNCTION, CALLER_V4, CALLER_V6]);

/** Whether counting what a filter matches is cheap. Otherwise every finding would have to be opened, and that is too much for a number. */
export function isCountable(tokens: readonly Token[]): boolean {
  const narrow = tokens.some(
    ({ propertyKey = '', operator, value }) =>
      operator === '=' && NARROWED.has(propertyKey) && !String(value).includes('/'),
  );
  return narrow || tokens.every(({ propertyKey = '' }) => INDEXED.has(propertyKey));
}

export const FIELDS: readonly FilterField[] = [
  { key: SEVERITY, label: 'Severity', kind: 'level', values: LEVELS.map(({ word }) => word) },
  { key: 'type', label: 'Finding type', kind: 'text', values: FINDING_TYPES },
  { key: 'id', label: 'Finding ID', kind: 'text' },
  { key: ACCOUNT, label: 'Account ID', kind: 'text' },
  { key: 'region', label: 'Region', kind: 'text' },
  { key: FUNCTION, label: 'Lambda function name', kind: 'text' },
  { key: 'resource.lambdaDetails.functionArn', label: 'Lambda function ARN', kind: 'text' },
  { key: 'resource.ecsClusterDetails.name', label: 'ECS cluster name', kind: 'text' },
  { key: 'resource.instanceDetails.instanceId', label: 'Instance ID', kind: 'text' },
  { key: ACCESS_KEY, label: 'Access key ID', kind: 'text' },
  { key: 'resource.accessKeyDetails.principalId', label: 'Principal ID', kind: 'text' },
  { key: 'resource.accessKeyDetails.userName', label: 'Username (role)', kind: 'text' },
  { key: CALLER_V4, label: 'API caller IPv4 address', kind: 'text' },
  { key: CALLER_V6, label: 'API caller IPv6 address', kind: 'text' },
  { key: COUNTRY, label: 'API caller country', kind: 'text' },
  { key: `${REMOTE}.organization.asn`, label: 'API caller ASN ID', kind: 'text' },
  { key: `${REMOTE}.organization.asnOrg`, label: 'API caller ASN name', kind: 'text' },
  { key: `${CALL}.api`, label: 'AWS API call', kind: 'text' },
  { key: `${CALL}.serviceName`, label: 'API service name', kind: 'text' },
  { key: `${CALL}.errorCode`, label: 'API call error code', kind: 'text' },
  { key: `${CALL}.userAgent`, label: 'User agent', kind: 'text' },
  { key: 'updatedAt', label: 'Updated at', kind: 'time' },
  { key: 'createdAt', label: 'Created at', kind: 'time' },
  { key: 'service.count', label: 'Count of calls', kind: 'number' },
  { key: 'service.userFeedback', label: 'Feedback', kind: 'text', values: ['USEFUL', 'NOT_USEFUL'] },
  { key: `${INFO}.confidence.level`, label: 'Confidence', kind: 'text', values: ['high', 'medium', 'low'], ours: true },
  {
    key: `${INFO}.credential.rung`,
    label: 'Proof of the credential',
    kind: 'text',
    values: ['in-scope-of', 'issued-key', 'issued-session', 'log-writer'],
    ours: true,
  },
  {
    key: `${INFO}.learning.state`,
    label: 'What is known of the host',
    kind: 'text',
    values: ['new', 'learning', 'learned', 'reopened', 'dormant', 'expected', 'malicious'],
    ours: true,
  },
];

const BY_KEY: ReadonlyMap<string, FilterField> = new Map(FIELDS.map((field) => [field.key, field]));

export type Token = PropertyFilterProps.Token;

/** Field, operator, value. */
type Packed = readonly [string, string, string];

/** Tokens as they stand in the page's address. */
export function packTokens(tokens: readonly Token[]): string | undefined {
  const packed = tokens.map(({ propertyKey = '', operator, value }): Packed => [propertyKey, operator, String(value)]);
  return packed.length === 0 ? undefined : JSON.stringify(packed);
}

/** Back again; anything but known fields with text values is left out, because addresses can be typed by hand. */
export function unpackTokens(text: string | null | undefined): readonly Token[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.flatMap(tokenOf) : [];
  } catch {
    return [];
  }
}

function tokenOf(value: unknown): readonly Token[] {
  if (!Array.isArray(value)) return [];
  const [propertyKey, operator, text] = value;
  const known = typeof propertyKey === 'string' && typeof operator === 'string' && typeof text === 'string';
  return known && BY_KEY.has(propertyKey) ? [{ propertyKey, operator, value: text }] : [];
}

/** A link to the findings page with one filter. */
export function linkToFilter(field: string, value: string): Readonly<Record<string, string | undefined>> {
  return { q: packTokens([{ propertyKey: field, operator: '=', value }]) };
}

/**
 * Tokens to GuardDuty's criteria: values of one field joined by "or", fields by "and". Values that cannot be (a date that is none) are
 * left out; the field's form does not produce them.
 */
export function criteriaOf(tokens: readonly Token[]): Criteria {
  const conditions = new Map<string, { -readonly [Member in keyof Condition]: Condition[Member] }>();
  for (const { propertyKey = '', operator, value } of tokens) {
    const field = BY_KEY.get(propertyKey);
    if (field === undefined) continue;
    const condition = conditions.get(propertyKey) ?? {};
    conditions.set(propertyKey, condition);
    const texts = field.kind === 'level' ? severityValues(String(value)) : [String(value)];
    const size = field.kind === 'time' ? Date.parse(String(value)) : Number(value);
    if (operator === '=') condition.equals = [...(condition.equals ?? []), ...texts];
    else if (operator === '!=') condition.notEquals = [...(condition.notEquals ?? []), ...texts];
    else if (operator === '>=' && Number.isFinite(size)) condition.greaterThanOrEqual = size;
    else if (operator === '<=' && Number.isFinite(size)) condition.lessThanOrEqual = size;
  }
  return { criterion: Object.fromEntries(conditions) };
}

function severityValues(word: string): readonly string[] {
  return LEVELS.find((level) => level.word === word)?.values ?? [word];
}

/** What was typed without choosing a field: its form says which one is meant. */
export function guess(text: string): Token {
  const value = text.trim();
  const field = GUESSES.find(([form]) => form.test(value))?.[1] ?? FUNCTION;
  return { propertyKey: field, operator: '=', value };
}

const GUESSES: readonly (readonly [form: RegExp, field: string])[] = [
  [/^\d{12}$/, ACCOUNT],
  [/^[0-9a-f]{32}$/, 'id'],
  [/^(?:AKIA|ASIA)[A-Z0-9]+$/, ACCESS_KEY],
  [/^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/, CALLER_V4],
  [/^(?=.*:.*:)[0-9a-f:.]+(?:\/\d{1,3})?$/i, CALLER_V6],
  [/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'region'],
  [/^arn:aws[a-z-]*:lambda:/, 'resource.lambdaDetails.functionArn'],
  [/^(?:critical|high|medium|low)$/i, SEVERITY],
];

/** Back from criteria to tokens, for showing and editing a rule. Undefined when it says more than tokens can. */
export function tokensOf(criteria: Criteria): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (const [propertyKey, condition] of Object.entries(criteria.criterion)) {
    const field = BY_KEY.get(propertyKey);
    if (field === undefined || field.kind === 'level' || field.kind === 'time') return undefined;
    for (const [member, value] of Object.entries(condition)) {
      const operator = OPERATORS.get(member);
      if (operator === undefined) return undefined;
      for (const each of Array.isArray(value) ? value : [value]) {
        tokens.push({ propertyKey, operator, value: String(each) });
      }
    }
  }
  return tokens;
}

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['equals', '='],
  ['eq', '='],
  ['notEquals', '!='],
  ['neq', '!='],
  ['greaterThanOrEqual', '>='],
  ['gte', '>='],
  ['lessThanOrEqual', '<='],
  ['lte', '<='],
]);

export function labelOf(key: string): string {
  return BY_KEY.get(key)?.label ?? key;
}
