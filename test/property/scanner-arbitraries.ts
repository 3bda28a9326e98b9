// CloudTrail-like records as JSON text in every legal disguise, and pieces that are no JSON.
import fc from 'fast-check';

/** A member list, not an object: order and duplicates are part of what is tested. */
export type Member = readonly [name: string, value: unknown];

const ACCOUNTS = ['111122223333', '444455556666'];
const SESSIONS = ['orders-fn', 'orders-fn-2', 'billing-fn'];
const DECOYS = [
  '"sourceIPAddress":"203.0.113.9"',
  '{"eventVersion":"1.08","userIdentity":{"type":"Root"}',
  'Boto3/1.42 "inScopeOf":{"issuerType":"AWS::Lambda::Function"}',
  'FunctionArn',
  '\\u0046unctionArn',
  'tail\\',
  '},{"eventTime":"2024-01-01T00:00:00Z"},{',
  ']}',
  'nothing odd',
  'é 漢 😀 \u0000 \u2028',
  '\ud800 lone \udc00 surrogates \udfff',
  '__proto__',
];

const decoy = fc.constantFrom(...DECOYS);
const scalar = fc.oneof(decoy, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const nestedName = fc.oneof(
  fc.constantFrom('sourceIPAddress', 'eventTime', 'userIdentity', '__proto__', 'FunctionArn', 'key', ''),
  decoy,
);

const { nested } = fc.letrec<{ nested: unknown; list: unknown[]; object: unknown }>((tie) => ({
  nested: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie('list'), tie('object')),
  list: fc.array(tie('nested'), { maxLength: 4 }),
  object: fc.array(fc.tuple(nestedName, tie('nested')), { maxLength: 4 }).map(Object.fromEntries),
}));

export { nested };

/** Mostly the usual value of a member, now and then (once in `weight` times) something that is not in plain form. */
export function mostly<T>(usual: fc.Arbitrary<T>, weight = 12): fc.Arbitrary<unknown> {
  return fc.oneof({ weight, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: nested });
}

const inScopeOf = fc.oneof(
  fc.constant({}),
  fc.record({
    issuerType: fc.constantFrom('AWS::Lambda::Function', 'AWS::EC2::Instance'),
    credentialsIssuedTo: fc.constantFrom('arn:aws:lambda:eu-west-1:111122223333:function:orders-fn', 'nobody'),
  }),
);

const identity = fc
  .record(
    {
      type: mostly(fc.constantFrom('AssumedRole', 'AWSService', 'IAMUser', 'AWSAccount')),
      principalId: mostly(fc.constantFrom(...SESSIONS.map((name) => `AROAEXAMPLEEXAMPLE123:${name}`))),
      arn: mostly(fc.constantFrom(...SESSIONS.map((name) => `arn:aws:sts::111122223333:assumed-role/orders/${name}`))),
      accountId: mostly(fc.constantFrom(...ACCOUNTS)),
      accessKeyId: mostly(fc.constantFrom('ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN8EXAMPLE', '')),
      sessionContext: nested,
      invokedBy: mostly(fc.constantFrom('lambda.amazonaws.com', 'AWS Internal')),
      inScopeOf: mostly(inScopeOf),
      ['__proto__']: nested,
    },
    { requiredKeys: [] },
  )
  .map((members) => members as unknown);

const eventTime = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('2024-02-29T23:59:59Z', '2024-03-01T00:00:00Z', '2024-03-01T08:09:10Z') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '2023-02-29T00:00:00Z',
      '2024-03-01T24:00:00Z',
      '2024-03-01 08:09:10',
      '2024-03-01T08:09:10.5Z',
      '1969-12-31T23:59:59Z',
      '2024-03-01T08:09:6:Z',
      '',
    ),
  },
);

const topLevel = fc.record(
  {
    eventVersion: fc.constantFrom('1.08', '1.11'),
    userIdentity: mostly(identity),
    eventTime: mostly(eventTime),
    eventSource: mostly(fc.constantFrom('s3.amazonaws.com', 'kms.amazonaws.com', 'sts.amazonaws.com', 'aws:s3', '')),
    eventName: mostly(fc.constantFrom('GetObject', 'Decrypt', 'AssumeRole')),
    awsRegion: mostly(fc.constantFrom('eu-west-1', 'us-east-1')),
    sourceIPAddress: mostly(fc.constantFrom('203.0.113.9', '198.51.100.7', 'AWS Internal')),
    userAgent: decoy,
    errorMessage: decoy,
    requestParameters: nested,
    responseElements: nested,
    eventID: fc.integer({ min: 0, max: 1e6 }).map((n) => `id-${n}`),
    readOnly: fc.boolean(),
    eventType: mostly(fc.constantFrom('AwsApiCall', 'AwsServiceEvent', 'AwsCloudTrailInsight')),
    managementEvent: mostly(fc.boolean()),
    recipientAccountId: mostly(fc.constantFrom(...ACCOUNTS, '')),
    eventCategory: mostly(fc.constantFrom('Management', 'Data')),
    vpcEndpointId: mostly(fc.constantFrom('vpce-0a1b', 'AWS Internal')),
    vpcEndpointAccountId: mostly(fc.constantFrom(...ACCOUNTS)),
    insightDetails: nested,
  },
  { requiredKeys: ['eventTime', 'eventSource', 'eventName', 'eventID'] },
);

/** Rarely all the members at once would be plain, so odd ones are left out most of the time. */
const members: fc.Arbitrary<readonly Member[]> = fc
  .tuple(
    topLevel,
    fc.boolean(),
    fc.boolean(),
    fc.array(fc.tuple(fc.constantFrom('eventTime', 'userIdentity', 'sourceIPAddress', 'x'), nested), { maxLength: 1 }),
  )
  .map(([record, insight, endpoint, extra]) => {
    const kept = Object.entries(record).filter(
      ([name]) => (insight || name !== 'insightDetails') && (endpoint || !name.startsWith('vpc')),
    );
    return [...(insight ? extra : []), ...kept];
  });

/** How a value is written: white space, escapes, member order, duplicates. */
export interface Style {
  readonly seed: number;
  readonly blanks: number;
  readonly escapes: number;
  readonly shuffled: boolean;
  readonly duplicates: number;
}

export const style: fc.Arbitrary<Style> = fc.record({
  seed: fc.integer(),
  blanks: fc.constantFrom(0, 0, 0.3),
  escapes: fc.constantFrom(0, 0, 0.02, 0.3),
  shuffled: fc.boolean(),
  duplicates: fc.constantFrom(0, 0, 0.1),
});

export const recordText: fc.Arbitrary<string> = fc.tuple(members, style).map(([list, how]) => writeRecord(list, how));

/** A record in AWS's own compact form, with nothing odd about it. */
export const plainRecordText: fc.Arbitrary<string> = fc
  .record({
    n: fc.integer({ min: 0, max: 1e6 }),
    session: fc.constantFrom(...SESSIONS),
    agent: decoy,
    parameters: nested,
  })
  .map(({ n, session, agent, parameters }) =>
    JSON.stringify({
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        principalId: `AROAEXAMPLEEXAMPLE123:${session}`,
        arn: `arn:aws:sts::111122223333:assumed-role/orders/${session}`,
        accountId: '111122223333',
        accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
        sessionContext: {
          sessionIssuer: { type: 'Role', userName: 'orders' },
          attributes: { mfaAuthenticated: 'false' },
        },
      },
      eventTime: '2024-03-01T08:09:10Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '203.0.113.9',
      userAgent: agent,
      requestParameters: { parameters },
      responseElements: null,
      eventID: `id-${n}`,
      resources: [{ type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::orders' }, { type: 'AWS::S3::Object' }],
      recipientAccountId: '111122223333',
    }),
  );

export function writeRecord(list: readonly Member[], how: Style): string {
  return write(new Map(list), how, dice(how.seed), list);
}

/** A small seeded generator (mulberry32): fast-check shrinks the seed, not each draw. */
export function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function write(value: unknown, how: Style, draw: () => number, list?: readonly Member[]): string {
  const blank = () => (draw() < how.blanks ? [' ', '\n', '\r\n\t', '   '][Math.floor(draw() * 4)]! : '');
  if (typeof value === 'string') return writeText(value, how, draw);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${blank()}${value.map((one) => write(one, how, draw) + blank()).join(`,${blank()}`)}]`;
  let entries: Member[] = list === undefined ? Object.entries(value) : [...list];
  if (how.shuffled)
    entries = entries
      .map((entry) => [draw(), entry] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, entry]) => entry);
  entries = entries.flatMap((entry) =>
    draw() < how.duplicates ? [[entry[0], 'first of two'] as Member, entry] : [entry],
  );
  const texts = entries.map(
    ([name, one]) => `${blank()}${writeText(name, how, draw)}${blank()}:${blank()}${write(one, how, draw)}${blank()}`,
  );
  return `{${texts.join(',')}${blank()}}`;
}

function writeText(text: string, how: Style, draw: () => number): string {
  const escaped = [
    ...JSON.stringify(text)
      .slice(1, -1)
      .matchAll(/\\u....|\\.|[\s\S]/gu),
  ].map(([character]) => {
    const code = character.codePointAt(0)!;
    return draw() < how.escapes && code < 0x80 && character.length === 1
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : character;
  });
  return `"${escaped.join('')}"`;
}

/** Pieces that stand where a record should and are not JSON, each broken before its own end. */
export const brokenPiece = fc.constantFrom(
  'nonsense',
  '{"eventTime": oops, "eventSource":"s3.amazonaws.com"}',
  '{"eventTime":"2024-03-01T08:09:10Z" "eventSource":"s3.amazonaws.com"}',
  '{"eventTime":}',
  '{eventTime:1}',
  '{"a":1,}',
  '{"a":01}',
  '{"a":tru}',
  '{"a":"b"',
  '{"requestParameters":{"a":"b}',
  '{"requestParameters":{"a":{"b":[1,2',
  '{"requestParameters":{"a":"lost quote}},"eventID":"x"}',
  '{"a":[1}',
  '{"a":{"b":1]]]',
  '}',
  ':',
  '{"a":"new\nline"}',
  '{"userIdentity":{"type":"AssumedRole","principalId":"AROA',
);
