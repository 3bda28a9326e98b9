import { createHash } from 'node:crypto';
import type { Case, JudgedUse } from '../../straykey/src/findings/index.ts';
import type { Explanation, Judgement } from '../../straykey/src/model/index.ts';
import type { ApiCall, SessionIdentity } from '../../straykey/src/records/index.ts';
import type { CredentialUse } from '../../straykey/src/sessions/index.ts';

/** One base case; every other is spread from it. A function in eu-west-1, its key used by hand from a Tor exit. */

export const settings = { digest: (text: string) => createHash('sha256').update(text, 'utf8').digest('hex') };

/** A Tor exit of Stiftung Erneuerbare Freiheit: public, and not AWS. */
export const TOR_EXIT = '185.220.101.1';
/** RIPE NCC's web server: public, and not AWS. */
export const RIPE_V6 = '2001:67c:2e8:22::c100:68b';

/** 2026-07-01T10:00:00Z. */
export const NOON = 1782900000;

export const session: SessionIdentity = {
  kind: 'session',
  accountId: '111122223333',
  principalId: 'AROAEXAMPLEORDERSROLE:orders',
  arn: 'arn:aws:sts::111122223333:assumed-role/orders-role/orders',
  accessKeyId: 'ASIAORDERSEXAMPLE001',
  inScopeOf: {
    issuerType: 'AWS::Lambda::Function',
    credentialsIssuedTo: 'arn:aws:lambda:eu-west-1:111122223333:function:orders',
  },
  roleId: 'AROAEXAMPLEORDERSROLE',
  roleArn: 'arn:aws:iam::111122223333:role/service/orders-role',
  roleName: 'orders-role',
  sessionName: 'orders',
  creationDate: NOON - 3600,
};

export const call: ApiCall = {
  id: '00000000-0000-4000-8000-000000000001',
  time: NOON,
  eventSource: 'sts.amazonaws.com',
  eventName: 'GetCallerIdentity',
  awsRegion: 'us-east-1',
  sourceIPAddress: TOR_EXIT,
  userAgent: 'aws-cli/2.17.0 md/awscrt#0.20.11 ua/2.0 os/macos#23.5.0 md/arch#arm64 lang/python#3.11.8',
  readOnly: true,
  eventCategory: 'Management',
  eventVersion: '1.11',
  recipientAccountId: '111122223333',
  resources: {},
  identity: session,
};

export const use: CredentialUse = {
  call,
  rung: 'in-scope-of',
  issuedTo: {
    family: 'lambda',
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:orders',
    name: 'orders',
    accountId: '111122223333',
    region: 'eu-west-1',
    version: '$LATEST',
  },
  platform: false,
  proof: 'CloudTrail says the credential was issued to arn:aws:lambda:eu-west-1:111122223333:function:orders.',
};

export const explanation: Explanation = {
  state: 'new',
  evidenceDays: 0,
  weight: 0,
  required: 21,
  parts: [
    { name: 'base', days: 14 },
    { name: 'NO_RUNTIME_MARKER', days: 3 },
    { name: 'ALSO_USED_INSIDE_AWS', days: 4 },
  ],
  vouchingRoles: [],
  facets: [{ facet: 'category IDENTITY', days: 0, needed: 3 }],
  insideDays: 2,
  routed: false,
  missing: ['21 more days of use from this host'],
  text: 'Never seen before: orders used from 185.220.101.1. Not silenced before day 21. If expected: archive as expected for this function and 185.220.101.1/32.',
};

export const judgement: Judgement = {
  finding: true,
  reasons: ['NEW_HOST'],
  score: 80,
  scope: { kind: 'host', unit: TOR_EXIT },
  explanation,
};

export const judged: JudgedUse = {
  use,
  place: { kind: 'outside', address: TOR_EXIT },
  delegation: 'identity-proof',
  judgement,
};

/** A judged use with another call; delegation follows from it as `delegationOf` would say. */
export function sent(change: Partial<ApiCall>, more: Partial<Omit<JudgedUse, 'use'>> = {}): JudgedUse {
  const changed = { ...call, ...change };
  return {
    ...judged,
    use: { ...use, call: changed },
    delegation: changed.eventName === 'GetCallerIdentity' ? 'identity-proof' : 'direct',
    ...more,
  };
}

/** Ids in the order of time: `eventId(2)`. */
export function eventId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

const listBuckets = sent({
  id: eventId(2),
  time: NOON + 20,
  eventSource: 's3.amazonaws.com',
  eventName: 'ListBuckets',
  errorCode: 'AccessDenied',
});

const getObject = sent({
  id: eventId(3),
  time: NOON + 95,
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventCategory: 'Data',
  awsRegion: 'eu-west-1',
  userAgent: `[${call.userAgent}]`,
  authenticationMethod: 'AuthHeader',
  resources: {
    'AWS::S3::Object': 'arn:aws:s3:::orders-archive/2026/06.csv',
    'AWS::S3::Bucket': 'arn:aws:s3:::orders-archive',
  },
});

export const theft: Case = {
  type: 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS',
  accountId: '111122223333',
  issuedTo: use.issuedTo,
  host: TOR_EXIT,
  uses: [judged, listBuckets, getObject],
  derived: [],
  inside: { days: ['2026-06-30', '2026-07-01'], inVpc: false },
  presigned: { calls: 0, addresses: [] },
  address: {
    asn: 60729,
    organisation: 'Stiftung Erneuerbare Freiheit',
    countryCode: 'DE',
    countryName: 'Germany',
    basis: 'Not in the AWS list of 2026-06-30 and not announced by an Amazon network.',
    weak: false,
  },
};

/** The same uses, each changed alike. */
export function everyUse(c: Case, change: (each: JudgedUse) => JudgedUse): Case {
  return { ...c, uses: c.uses.map(change) };
}

export function withCall(each: JudgedUse, change: Partial<ApiCall>): JudgedUse {
  return { ...each, use: { ...each.use, call: { ...each.use.call, ...change } } };
}

/** Learned egress of a data centre: calls carry the runtime's marker, other roles share the gateway, one is already silent. */
export const onPremises: Case = {
  ...theft,
  // 193.0.6.0/24 is RIPE NCC's.
  host: '193.0.6.0/24',
  uses: [
    sent(
      {
        id: eventId(11),
        time: NOON - 86400,
        eventSource: 'dynamodb.amazonaws.com',
        eventName: 'GetItem',
        userAgent: 'Boto3/1.34.0 Python/3.12 exec-env/AWS_Lambda_python3.12',
      },
      {
        place: { kind: 'outside', address: '193.0.6.130' },
        judgement: { ...judgement, finding: false, reasons: [], score: 10 },
      },
    ),
    sent(
      {
        id: eventId(12),
        eventSource: 'secretsmanager.amazonaws.com',
        eventName: 'GetSecretValue',
        userAgent: 'Boto3/1.34.0 Python/3.12 exec-env/AWS_Lambda_python3.12',
      },
      {
        place: { kind: 'outside', address: '193.0.6.139' },
        judgement: {
          ...judgement,
          reasons: ['NEW_CATEGORY:SECRETS'],
          score: 31,
          scope: { kind: 'pool', network: '193.0.6.0/24', blocks: ['193.0.6.128/28', '193.0.6.144/28'] },
          explanation: {
            ...explanation,
            state: 'learned',
            evidenceDays: 24,
            weight: 24,
            required: 3,
            firstEvidence: '2026-06-05',
            lastEvidence: '2026-06-29',
            silentSince: '2026-06-10',
            vouchingRoles: ['billing-role', 'stock-role'],
            insideDays: 0,
            routed: true,
            missing: ['SECRETS on 5 days'],
            text: 'Learned since 2026-06-10: orders leaves AWS through 193.0.6.0/24. This call: SECRETS, never seen from this host.',
          },
        },
      },
    ),
  ],
  inside: { days: [], inVpc: true },
  address: {
    asn: 3333,
    organisation: 'RIPE NCC',
    countryCode: 'NL',
    countryName: 'Netherlands',
    basis: theft.address.basis,
    weak: false,
  },
};

export const overIPv6: Case = {
  ...everyUse(theft, (each) => ({
    ...withCall(each, { sourceIPAddress: RIPE_V6 }),
    place: { kind: 'outside', address: RIPE_V6 },
    judgement: { ...judgement, scope: { kind: 'host', unit: '2001:67c:2e8:22::/64' } },
  })),
  host: '2001:67c:2e8:22::/64',
};

const taskArn = 'arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef';

export const ecsTask: Case = {
  ...theft,
  issuedTo: {
    family: 'ecs',
    arn: taskArn,
    name: '0123456789abcdef0123456789abcdef',
    accountId: '111122223333',
    region: 'us-gov-west-1',
  },
};

export const ec2Instance: Case = {
  ...theft,
  type: 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS',
  issuedTo: {
    family: 'ec2',
    arn: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0',
    name: 'i-0123456789abcdef0',
    accountId: '111122223333',
    region: 'eu-west-1',
  },
  inside: { days: [] },
};

/** Seen only in the bucket owner's trail: no key, no role, no region of the function. */
export const crossAccount: Case = {
  ...everyUse({ ...theft, uses: theft.uses.slice(2) }, (each) => {
    const { inScopeOf: _, creationDate: __, ...identity } = session;
    return {
      ...each,
      use: {
        ...each.use,
        rung: 'issued-session',
        call: {
          ...each.use.call,
          recipientAccountId: '444455556666',
          identity: { ...identity, arn: '', accessKeyId: '', roleArn: '', roleName: '' },
        },
      },
    };
  }),
  issuedTo: { ...use.issuedTo, arn: 'arn:aws:lambda::111122223333:function:orders', region: '' },
  inside: { days: [] },
  address: { basis: 'The official AWS list is missing; not announced by an Amazon network.', weak: true },
};

export const withDerived: Case = {
  ...theft,
  derived: [
    {
      parentKey: 'ASIAORDERSEXAMPLE001',
      accessKeyId: 'ASIADERIVEDEXAMPLE01',
      by: 'sts:AssumeRole',
      actsAs: 'arn:aws:iam::111122223333:role/admin',
      time: NOON + 200,
      depth: 1,
      calls: 7,
    },
    {
      parentKey: 'ASIADERIVEDEXAMPLE01',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      by: 'iam:CreateAccessKey',
      actsAs: 'arn:aws:iam::111122223333:user/backup',
      time: NOON + 260,
      depth: 2,
      calls: 0,
    },
  ],
  presigned: { calls: 40, addresses: ['198.51.100.7', '203.0.113.9'] },
};

/** Text a hostile trail may hold, for every field. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '" onload="alert(1)',
  "'; rm -rf / #",
  '$(reboot)`reboot`',
  '\u001b]0;owned\u0007\u001b[2J',
  '\u009b31mred',
  '\u202egnp.exe',
  '\ud800 lone',
  '=HYPERLINK("http://example.com")',
  '__proto__',
  'file:///etc/passwd',
  '--profile=other',
  'line\r\nbreak\u2028',
  '%s%n{{7*7}}',
] as const;

/** The base case with every attacker-reachable text replaced. */
export function hostile(text: string): Case {
  const uses = theft.uses.map(
    (each, i): JudgedUse => ({
      ...each,
      use: {
        ...each.use,
        proof: text,
        call: {
          ...each.use.call,
          id: `${text}${i}`,
          eventSource: text,
          eventName: text,
          awsRegion: text,
          userAgent: text,
          errorCode: text,
          resources: Object.fromEntries([
            [text, text],
            ['AWS::S3::Bucket', text],
          ]),
          identity: {
            ...session,
            principalId: text,
            accessKeyId: text,
            roleArn: text,
            roleName: text,
            sessionName: text,
          },
        },
      },
      place: { ...each.place, vpcEndpointId: text },
      judgement: {
        ...judgement,
        reasons: [text],
        explanation: { ...explanation, text, missing: [text], vouchingRoles: [text], parts: [{ name: text, days: 1 }] },
      },
    }),
  );
  return {
    ...theft,
    issuedTo: { ...theft.issuedTo, arn: text, name: text, region: text, version: text },
    uses,
    derived: [{ parentKey: text, accessKeyId: text, by: text, actsAs: text, time: NOON, depth: 1, calls: 1 }],
    address: { ...theft.address, organisation: text, countryCode: text, countryName: text, basis: text },
  };
}
