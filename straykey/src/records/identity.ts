import { column, type Members, type Mutable, own, readTime, text } from './fields.ts';
import { membersOf } from './struct-text.ts';

/** `userIdentity`, as a union over `type`. Unknown shapes are a member, not an error: they attribute to nobody. */
export type Identity = SessionIdentity | PlainIdentity;

/** Fields every kind may carry. */
interface Common {
  readonly accountId: string;
  readonly principalId: string;
  readonly arn: string;
  /** Empty when the record has none (cross-account views, some service events). */
  readonly accessKeyId: string;
  /** A service host name when an AWS service made the call on somebody's behalf. */
  readonly invokedBy?: string;
  /** Where the credential was issued, when CloudTrail says so and the shape is right. */
  readonly inScopeOf?: InScopeOf;
  /** Set when `inScopeOf` was present but proves nothing; the text says why. */
  readonly inScopeOfOddity?: string;
}

/** A role session: an `AssumedRole`, or an `AWSAccount` whose principalId is `AROA…:session` (seen from another account). */
export interface SessionIdentity extends Common {
  readonly kind: 'session';
  /** `AROA…`: the role's unique id; empty when the record does not say. */
  readonly roleId: string;
  /** `arn:aws:iam::…:role/path/name`; empty in cross-account views. */
  readonly roleArn: string;
  readonly roleName: string;
  readonly sessionName: string;
  /** `attributes.creationDate`, epoch seconds: the issue time of the key. */
  readonly creationDate?: number;
}

/** Everybody else: users, root, services, federated and web identities, unknown shapes. */
export interface PlainIdentity extends Common {
  readonly kind: 'user' | 'root' | 'service' | 'federated' | 'account' | 'other';
  readonly userName?: string;
}

/** `userIdentity.inScopeOf` in its proven shape: issuer type and an ARN of the resource the credential was issued to. */
export interface InScopeOf {
  /** `AWS::Lambda::Function`, `AWS::ECS::…`, `AWS::EC2::Instance`. */
  readonly issuerType: string;
  /** ARN. */
  readonly credentialsIssuedTo: string;
  /** `<arn>:$LATEST` or a version; undocumented, seen since 2026-07. */
  readonly credentialsIssuedToVersion?: string;
}

const KINDS: ReadonlyMap<string, PlainIdentity['kind']> = new Map([
  ['IAMUser', 'user'],
  ['IdentityCenterUser', 'user'],
  ['Root', 'root'],
  ['AWSService', 'service'],
  ['AWSAccount', 'account'],
  ['FederatedUser', 'federated'],
  ['SAMLUser', 'federated'],
  ['WebIdentityUser', 'federated'],
]);

/** `AROA…:session`. Publishers' redactions (`AROA****:x`) are kept: they are still one role's id. */
const ROLE_PRINCIPAL = /^(AROA[^:]*):(.+)$/s;
const ASSUMED_ROLE_ARN = /^arn:([^:]*):sts::([^:]*):assumed-role\/([^/]+)\/(.+)$/s;
const ROLE_ARN = /^arn:[^:]*:iam::[^:]*:role\/(?:.*\/)?([^/]+)$/s;

/**
 * Reads `userIdentity`: an object, its JSON text, or an export's `{name=value}` text. Never throws. An absent or unreadable identity
 * is `other` with empty fields, which no later stage attributes to anybody.
 *
 * A session's role ARN is taken from `sessionContext.sessionIssuer`, else built from the assumed-role ARN, which lacks the role's path: a
 * built one may differ from the true one by that path.
 */
export function toIdentity(userIdentity: unknown): Identity {
  const members = membersOf(userIdentity);
  if (members === undefined) return { kind: 'other', accountId: '', principalId: '', arn: '', accessKeyId: '' };
  const context = membersOf(own(members, 'sessionContext'));
  const issuer = context && membersOf(own(context, 'sessionIssuer'));
  const attributes = context && membersOf(own(context, 'attributes'));
  return identityOf({
    type: column(members, 'type'),
    accountId: column(members, 'accountId'),
    principalId: column(members, 'principalId'),
    arn: column(members, 'arn'),
    accessKeyId: column(members, 'accessKeyId'),
    invokedBy: column(members, 'invokedBy'),
    inScopeOf: own(members, 'inScopeOf'),
    userName: text(own(members, 'userName')),
    issuer,
    creationDate: attributes && readTime(own(attributes, 'creationDate')),
  });
}

/** What {@link Identity} is made of, as recorded; texts are empty when the record has none. */
export interface IdentityParts {
  readonly type: string;
  readonly accountId: string;
  readonly principalId: string;
  readonly arn: string;
  readonly accessKeyId: string;
  readonly invokedBy: string;
  readonly inScopeOf: unknown;
  readonly userName?: string;
  /** `sessionContext.sessionIssuer`. */
  readonly issuer?: Members | undefined;
  /** Epoch seconds. */
  readonly creationDate?: number | undefined;
}

/** {@link toIdentity} once its members are read. */
export function identityOf(parts: IdentityParts): Identity {
  const { type, accountId, principalId, arn, accessKeyId, invokedBy, userName = '' } = parts;
  const common: Mutable<Common> = { accountId, principalId, arn, accessKeyId };
  if (invokedBy !== '') common.invokedBy = invokedBy;
  if (parts.inScopeOf !== undefined) Object.assign(common, toInScopeOf(parts.inScopeOf));
  const isSession = type === 'AssumedRole' || (type === 'AWSAccount' && ROLE_PRINCIPAL.test(principalId));
  if (isSession) return sessionOf(parts, common);
  return { kind: KINDS.get(type) ?? 'other', ...common, ...(userName === '' ? {} : { userName }) };
}

function sessionOf({ type, issuer = NOTHING, creationDate }: IdentityParts, common: Common): SessionIdentity {
  const colon = common.principalId.indexOf(':');
  const roleId = colon === -1 ? '' : common.principalId.slice(0, colon);
  const sessionOfPrincipal = colon === -1 ? '' : common.principalId.slice(colon + 1);
  const issuerArn = column(issuer, 'arn');
  const complete = issuerArn !== '' && common.accountId !== '' && sessionOfPrincipal !== '';
  const [, partition = 'aws', account = '', roleOfArn = '', sessionOfArn = ''] =
    (complete ? undefined : ASSUMED_ROLE_ARN.exec(common.arn)) ?? [];
  const built = roleOfArn === '' ? '' : `arn:${partition}:iam::${account}:role/${roleOfArn}`;
  const roleArn = issuerArn || (type === 'AssumedRole' ? built : '');
  return {
    kind: 'session',
    ...common,
    accountId: common.accountId || account,
    roleId: roleId || column(issuer, 'principalId').replace(/:.*$/s, ''),
    roleArn,
    roleName: ROLE_ARN.exec(roleArn)?.[1] || text(own(issuer, 'userName')) || roleOfArn,
    sessionName: sessionOfPrincipal || sessionOfArn,
    ...(creationDate === undefined ? {} : { creationDate }),
  };
}

const NOTHING: Members = Object.freeze({});

/** What the ARN's service and resource must look like for an issuer type of each family. */
const SHAPES: readonly { readonly family: string; readonly service: string; readonly resource: RegExp }[] = [
  { family: 'AWS::Lambda::Function', service: 'lambda', resource: /^function:./s },
  // MicroVMs and whatever else Lambda runs: the resource's form is not documented.
  { family: 'AWS::Lambda::', service: 'lambda', resource: /./s },
  { family: 'AWS::ECS::', service: 'ecs', resource: /^[a-z-]+\/./s },
  { family: 'AWS::EC2::', service: 'ec2', resource: /^instance\/./s },
];
const ARN = /^arn:aws[a-z-]*:([^:]+):[^:]*:[^:]*:(.+)$/s;

/**
 * Proof: an issuer type and, in `credentialsIssuedTo`, an ARN of that type's service and resource. AWS writes both; the caller cannot. Silent
 * (an oddity text instead) on every other shape: `{}` is common and means nothing, a role ARN says who was assumed, not where. An
 * issuer type of an unknown family is kept when the ARN is one: later stages attribute only the families they know.
 */
function toInScopeOf(value: unknown): Pick<Common, 'inScopeOf' | 'inScopeOfOddity'> {
  if (value === undefined || value === null || value === 'null' || value === '') return {};
  const members = membersOf(value);
  if (members === undefined) return { inScopeOfOddity: 'expected an object in inScopeOf, found something else' };
  if (Object.keys(members).length === 0) return { inScopeOfOddity: 'inScopeOf is empty' };
  const issuerType = own(members, 'issuerType');
  const issuedTo = own(members, 'credentialsIssuedTo');
  if (typeof issuerType !== 'string' || issuerType === '') return { inScopeOfOddity: 'inScopeOf has no issuerType' };
  if (typeof issuedTo !== 'string') return { inScopeOfOddity: 'inScopeOf has no credentialsIssuedTo' };
  const problem = shapeProblem(issuerType, issuedTo);
  if (problem !== undefined) return { inScopeOfOddity: problem };
  const version = own(members, 'credentialsIssuedToVersion');
  return {
    inScopeOf: {
      issuerType,
      credentialsIssuedTo: issuedTo,
      ...(typeof version === 'string' && version !== '' ? { credentialsIssuedToVersion: version } : {}),
    },
  };
}

function shapeProblem(issuerType: string, issuedTo: string): string | undefined {
  const arn = ARN.exec(issuedTo);
  if (arn === null) return `credentialsIssuedTo is not an ARN: ${issuedTo}`;
  const shape = SHAPES.find(({ family }) => issuerType.startsWith(family));
  if (shape === undefined || (arn[1] === shape.service && shape.resource.test(arn[2]!))) return undefined;
  return `credentialsIssuedTo does not fit issuerType ${issuerType}: ${issuedTo}`;
}
