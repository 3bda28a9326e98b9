// Records of credentials being issued, few of a kind so that they are like one another, in every legal disguise and with decoys.
import fc from 'fast-check';
import { type Member, mostly, nested, type Style, style, writeRecord } from './scanner-arbitraries.ts';

const KEYS = ['ASIAIOSFODNN1EXAMPLE', 'ASIAIOSFODNN2EXAMPLE', 'ASIAIOSFODNN3EXAMPLE', 'ASIAIOSFODNN4EXAMPLE'];
const REDACTED = [
  '',
  'null',
  '****',
  'HIDDEN_DUE_TO_SECURITY_REASONS',
  'ASIAIOSFODNN7EXÄMPLE',
  'ASIA IOSFODNN EXAMPLE',
];
const ROLE_ARNS = ['arn:aws:iam::111122223333:role/orders', 'arn:aws:iam::111122223333:role/service-role/billing'];

/** Six members of an issue may be odd, and one odd member is enough for it to be read. */
const RARELY = 40;

const key = fc.oneof(
  { weight: RARELY, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: fc.constantFrom(...REDACTED) },
);
const arn = fc.constantFrom(...ROLE_ARNS);
const sessionName = fc.constantFrom('orders', 'billing');

/** Rarely there: an object of decoys under one of the names looked for, or another one. */
function decoys(...names: readonly string[]): fc.Arbitrary<readonly Member[]> {
  const decoy = fc.tuple(fc.constantFrom(...names, 'x'), nested).map((member): Member => member);
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(decoy, { maxLength: 2 }) },
  );
}

/** As an object: of members with one name the later stands, in the place of the first. */
const objectOf = (members: readonly Member[]) => Object.fromEntries(members);

const tags = fc.constantFrom(
  [],
  [{ key: 'roleArn', value: ROLE_ARNS[1] }],
  [{ roleArn: ROLE_ARNS[1], roleSessionName: 'x' }, '"roleArn":"y"'],
);

const requestParameters = fc
  .tuple(mostly(arn, RARELY), mostly(sessionName, RARELY), tags, decoys('roleArn', 'roleSessionName', 'credentials'))
  .map(([roleArn, roleSessionName, list, more]) => ({ tags: list, roleArn, roleSessionName, ...objectOf(more) }));

const credentials = fc.tuple(mostly(key, RARELY), decoys('accessKeyId', 'credentials')).map(([accessKeyId, more]) => ({
  sessionToken: '"accessKeyId":"ASIAIOSFODNN9EXAMPLE"',
  accessKeyId,
  expiration: 'Mar 1, 2024, 8:09:10 PM',
  ...objectOf(more),
}));

const assumedRoleUser = fc.constantFrom(
  undefined,
  undefined,
  ...['AAA', 'BBB'].map((id) => ({ assumedRoleId: `AROA${id}:orders` })),
);

const responseElements = fc
  .tuple(mostly(credentials, RARELY), assumedRoleUser, decoys('credentials', 'assumedRoleUser', 'accessKeyId'), key)
  .map(([issued, user, more, decoyKey]) => ({
    accessKeyId: decoyKey,
    other: { credentials: { accessKeyId: decoyKey } },
    credentials: issued,
    ...(user === undefined ? {} : { assumedRoleUser: user }),
    ...objectOf(more),
  }));

const identities = fc.constantFrom<object>(
  { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
  { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
  { type: 'AWSService', invokedBy: 'ecs-tasks.amazonaws.com' },
  { type: 'AWSAccount', principalId: 'AROAEXAMPLEEXAMPLE123:jane', accountId: '444455556666' },
  {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLEEXAMPLE123:jane',
    arn: 'arn:aws:sts::111122223333:assumed-role/admin/jane',
    accountId: '111122223333',
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/people/admin' } },
  },
);

const errorCode = fc.oneof(
  { weight: RARELY / 2, arbitrary: fc.constantFrom<unknown[]>([], [null]) },
  { weight: 1, arbitrary: fc.constantFrom<unknown[]>(['AccessDenied'], ['null'], [''], [{}], [0], ['nul\u006c']) },
);

/** Of a list of one or none: JSON has no undefined. */
const member = (name: string, values: readonly unknown[]): readonly Member[] => values.map((value) => [name, value]);

const issueMembers: fc.Arbitrary<readonly Member[]> = fc
  .record({
    userIdentity: identities,
    eventTime: fc.constantFrom('2024-02-29T23:59:59Z', '2024-03-01T08:09:10Z'),
    eventName: fc.oneof(
      { weight: 6, arbitrary: fc.constant('AssumeRole') },
      { weight: 1, arbitrary: fc.constant('AssumeRoleWithSAML') },
    ),
    awsRegion: fc.constantFrom('eu-west-1', 'eu-west-1', 'us-east-1'),
    sourceIPAddress: fc.constantFrom('lambda.amazonaws.com', 'lambda.amazonaws.com', '203.0.113.9'),
    requestParameters: mostly(requestParameters, RARELY),
    responseElements: mostly(responseElements, RARELY),
    errorCode,
    eventID: fc.integer({ min: 0, max: 1e6 }).map((n) => `id-${n}`),
    resources: fc.constantFrom<unknown[]>([], [[{ type: 'AWS::IAM::Role', ARN: ROLE_ARNS[0] }]]),
  })
  .map(({ errorCode: error, resources, ...record }) => [
    ...Object.entries({
      eventVersion: '1.08',
      eventSource: 'sts.amazonaws.com',
      recipientAccountId: '111122223333',
      ...record,
    }),
    ...member('errorCode', error),
    ...member('resources', resources),
  ]);

/** As AWS writes it, members in any order. */
const compact: fc.Arbitrary<Style> = fc.record({
  seed: fc.integer(),
  blanks: fc.constant(0),
  escapes: fc.constant(0),
  shuffled: fc.boolean(),
  duplicates: fc.constant(0),
});

export const issueText: fc.Arbitrary<string> = fc
  .tuple(issueMembers, fc.oneof({ weight: 2, arbitrary: compact }, { weight: 1, arbitrary: style }))
  .map(([list, how]) => writeRecord(list, how));
