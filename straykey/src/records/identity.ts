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
