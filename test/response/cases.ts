import { type Case, evidenceOf, type Finding, raise } from '../../straykey/src/findings/index.ts';
import type { Context } from '../../straykey/src/response/index.ts';
import { planFor } from '../../straykey/src/response/index.ts';
import {
  crossAccount,
  ec2Instance,
  ecsTask,
  eventId,
  NOON,
  onPremises,
  overIPv6,
  sent,
  settings,
  theft,
  withDerived,
} from '../findings/fixtures.ts';

/** Situations that ask for different plans. Each is a case of `test/findings/fixtures.ts` with what matters changed. */
export interface Story {
  readonly case: Case;
  readonly context: Context;
}

export const alone: Context = { roleUsers: [], others: [], sources: 'trail/' };

/** No data events and no chaining, so that nothing but the function itself shapes the plan. */
const quiet: Case = { ...theft, uses: theft.uses.slice(0, 2) };

const getObjects = [1, 2, 3].map((n) =>
  sent({
    id: eventId(20 + n),
    time: NOON + 300 + n,
    eventSource: 's3.amazonaws.com',
    eventName: n === 1 ? 'ListObjects' : 'GetObject',
    eventCategory: 'Data',
    awsRegion: 'eu-west-1',
    authenticationMethod: 'AuthHeader',
    resources: { 'AWS::S3::Bucket': `arn:aws:s3:::orders-${n === 3 ? 'exports' : 'archive'}` },
  }),
);

const chained: Case = {
  ...withDerived,
  presigned: { calls: 0, addresses: [] },
  derived: [
    ...withDerived.derived,
    {
      parentKey: 'ASIADERIVEDEXAMPLE01',
      accessKeyId: 'ASIADERIVEDEXAMPLE02',
      by: 'sts:AssumeRole',
      actsAs: 'arn:aws:iam::444455556666:role/audit/reader',
      time: NOON + 280,
      depth: 2,
      calls: 3,
    },
    // As CloudTrail shows it: the maker, not the user the key was made for.
    {
      parentKey: 'ASIAORDERSEXAMPLE001',
      by: 'signin:GetSigninToken',
      actsAs: 'arn:aws:sts::111122223333:assumed-role/orders-role/orders',
      time: NOON + 290,
      depth: 1,
      calls: 0,
    },
  ],
};

export const stories: Readonly<Record<string, Story>> = {
  'lambda-out-of-vpc': { case: quiet, context: alone },
  'lambda-in-vpc': { case: { ...quiet, inside: { ...quiet.inside, inVpc: true } }, context: alone },
  'shared-role': {
    case: { ...quiet, inside: { days: quiet.inside.days } },
    context: { ...alone, roleUsers: ['billing', 'jane@example.com'] },
  },
  's3-data-theft': {
    case: { ...theft, uses: [...theft.uses, ...getObjects] },
    context: { ...alone, s3DataEvents: 'recorded' },
  },
  'role-chaining': { case: chained, context: alone },
};

export const siblings: Readonly<Record<string, Story>> = {
  onPremises: { case: onPremises, context: alone },
  overIPv6: { case: overIPv6, context: alone },
  ecsTask: { case: ecsTask, context: alone },
  ec2Instance: { case: ec2Instance, context: alone },
  crossAccount: { case: crossAccount, context: alone },
};

export function findingOf(c: Case): Finding {
  return raise(c, settings);
}

export function planOf({ case: c, context }: Story) {
  const finding = findingOf(c);
  return planFor(finding, evidenceOf(finding)!, context);
}
