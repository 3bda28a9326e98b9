import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  crossAccount,
  ec2Instance,
  ecsTask,
  eventId,
  everyUse,
  HOSTILE,
  hostile,
  judged,
  judgement,
  NOON,
  onPremises,
  overIPv6,
  RIPE_V6,
  sent,
  settings,
  theft,
  withCall,
  withDerived,
} from '../../../test/findings/fixtures.ts';
import type { Case } from './case.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { raise } from './raise.ts';
import { jsonText } from './text.ts';

const of = (c: Case) => raise(c, settings);

function evidence(c: Case): Evidence {
  const read = evidenceOf(of(c));
  assert.ok(read !== undefined);
  return read;
}

/** The same records read in another order. */
function shuffled(c: Case): fc.Arbitrary<Case> {
  const any = <Item>(items: readonly Item[]) =>
    fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
  return fc
    .record({
      uses: any(c.uses),
      derived: any(c.derived),
      days: any(c.inside.days),
      addresses: any(c.presigned.addresses),
    })
    .map(({ addresses, days, derived, uses }) => ({
      ...c,
      uses,
      derived,
      inside: { ...c.inside, days },
      presigned: { ...c.presigned, addresses },
    }));
}

describe('the same uses make the same bytes', () => {
  const busy: Case = {
    ...withDerived,
    uses: Array.from({ length: 40 }, (_, i) =>
      // Ties in time, several keys, regions and APIs: everything that has to be sorted.
      sent({
        id: eventId(i),
        time: NOON + (i % 4),
        eventName: `Get${i % 7}`,
        awsRegion: ['us-east-1', 'eu-west-1'][i % 2]!,
      }),
    ).map((each, i) =>
      withCall(each, { identity: { ...each.use.call.identity, accessKeyId: `ASIAORDERSEXAMPLE00${i % 3}` } }),
    ),
  };
  for (const [name, c] of Object.entries({ busy, onPremises, withDerived })) {
    test(`in any order: ${name}`, () => {
      const expected = jsonText(of(c));
      fc.assert(
        fc.property(shuffled(c), (other) => assert.equal(jsonText(of(other)), expected)),
        { numRuns: 30 },
      );
    });
  }

  test('and nothing handed in is changed', () => {
    const frozen = (value: object): object => {
      for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) frozen(each);
      return Object.freeze(value);
    };
    const c = frozen(structuredClone(withDerived)) as Case;
    assert.equal(jsonText(of(c)), jsonText(of(withDerived)));
  });
});

describe('what a finding is about', () => {
  test('count, first and last seen are those of alarming calls; silent ones are told apart', () => {
    const finding = of(onPremises);
    assert.equal(finding.service.count, 1);
    assert.equal(finding.service.eventFirstSeen, '2026-07-01T10:00:00.000Z');
    const { calls, learning } = evidence(onPremises);
    assert.deepEqual([calls.alarming, calls.silenced, learning.silencedCalls], [1, 1, 1]);
    assert.deepEqual(calls.byDay.listed, [
      { day: '2026-06-30', alarming: 0, silenced: 1 },
      { day: '2026-07-01', alarming: 1, silenced: 0 },
    ]);
  });

  test('no wall clock enters: created is first seen, updated is last seen', () => {
    const { createdAt, service, updatedAt } = of(theft);
    assert.deepEqual([createdAt, updatedAt], [service.eventFirstSeen, service.eventLastSeen]);
  });

  test('action and address are those of the newest alarming call', () => {
    const call = of(theft).service.action.awsApiCallAction;
    assert.deepEqual([call.api, call.serviceName, call.errorCode], ['GetObject', 's3.amazonaws.com', undefined]);
    assert.deepEqual(call.affectedResources, {
      'AWS::S3::Bucket': 'arn:aws:s3:::orders-archive',
      'AWS::S3::Object': 'arn:aws:s3:::orders-archive/2026/06.csv',
    });
    const failed = of({ ...theft, uses: theft.uses.slice(0, 2) }).service.action.awsApiCallAction;
    assert.equal(failed.errorCode, 'AccessDenied');
  });

  test('an IPv6 host goes into ipAddressV6, and into the suppression rule as its /64', () => {
    const remote = of(overIPv6).service.action.awsApiCallAction.remoteIpDetails;
    assert.equal(remote.ipAddressV6, RIPE_V6);
    assert.equal(remote.ipAddressV4, undefined);
    assert.deepEqual(evidence(overIPv6).suppression.rule.findingCriteria.criterion, {
      type: { equals: [theft.type] },
      'service.action.awsApiCallAction.remoteIpDetails.ipAddressV6': { equals: ['2001:67c:2e8:22::/64'] },
    });
  });

  test('what is not known is absent, never a placeholder', () => {
    const finding = of(crossAccount);
    assert.deepEqual(finding.service.action.awsApiCallAction.remoteIpDetails, { ipAddressV4: '185.220.101.1' });
    assert.ok(!('role' in finding.resource.lambdaDetails!));
    assert.equal(finding.region, 'eu-west-1', "the first call's region stands in for the function's");
    assert.doesNotMatch(finding.description, /using role/);
  });

  test("ECS and EC2 carry their own details, and EC2 GuardDuty's own words", () => {
    assert.deepEqual(of(ecsTask).resource.ecsClusterDetails, {
      name: 'shop',
      arn: 'arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/shop',
      taskDetails: { arn: ecsTask.issuedTo.arn },
    });
    const instance = of(ec2Instance);
    assert.deepEqual(instance.resource.instanceDetails, { instanceId: 'i-0123456789abcdef0' });
    assert.equal(
      instance.description,
      'Credentials created exclusively for an EC2 instance using instance role orders-role have been used from external IP address 185.220.101.1.',
    );
    for (const c of [ecsTask, ec2Instance]) assert.equal(of(c).resource.lambdaDetails, undefined);
  });

  test('the partition comes from the ARN, else from the region', () => {
    assert.match(
      of(ecsTask).arn,
      /^arn:aws-us-gov:guardduty:us-gov-west-1:111122223333:detector\/[0-9a-f]{32}\/finding\/[0-9a-f]{32}$/,
    );
    const china = { ...theft.issuedTo, arn: 'orders', region: 'cn-north-1' };
    assert.equal(of({ ...theft, issuedTo: china }).partition, 'aws-cn');
  });

  test('a detector id can be given', () => {
    const detectorId = '0123456789abcdef0123456789abcdef';
    const finding = raise(theft, { ...settings, detectorId });
    assert.equal(finding.service.detectorId, detectorId);
    assert.ok(finding.arn.includes(`:detector/${detectorId}/`));
  });

  test('a pool names its blocks in the rule and says that it is one of several addresses', () => {
    assert.match(of(onPremises).description, /193\.0\.6\.139 \(one of several in 193\.0\.6\.0\/24\)/);
    const { criterion } = evidence(onPremises).suppression.rule.findingCriteria;
    assert.deepEqual(criterion['service.action.awsApiCallAction.remoteIpDetails.ipAddressV4']?.equals, [
      '193.0.6.128/28',
      '193.0.6.144/28',
    ]);
  });

  test('a case in which nothing alarms is our own mistake and is not raised', () => {
    const silent = everyUse(theft, (each) => ({ ...each, judgement: { ...judgement, finding: false } }));
    assert.throws(() => of(silent), /at least one alarming use/);
  });
});

describe('the evidence', () => {
  test('reads back from the finding, and only from ours', () => {
    const finding = of(theft);
    assert.equal(jsonText(evidenceOf(finding)), finding.service.additionalInfo.value);
    for (const additionalInfo of [
      { type: 'default', value: '{"sample":true}' },
      { type: 'straykey/1', value: 'cut sho' },
    ]) {
      assert.equal(evidenceOf({ ...finding, service: { ...finding.service, additionalInfo } }), undefined);
    }
  });

  test('every statement says why, where to look and what would refute it', () => {
    for (const c of [theft, onPremises, crossAccount, withDerived, ecsTask, ec2Instance]) {
      for (const statement of evidence(c).statements) {
        for (const text of Object.values(statement)) assert.ok(text.trim().length > 3, JSON.stringify(statement));
      }
    }
  });

  test('identity proof is said when GetCallerIdentity is all there is', () => {
    const says = (c: Case) =>
      evidence(c)
        .statements.map((each) => each.says)
        .join('\n');
    assert.match(says({ ...theft, uses: [judged] }), /identity proof/);
    assert.doesNotMatch(says(theft), /identity proof/);
  });

  test('a sweep of 50,000 calls stays small and keeps its totals', () => {
    const uses = Array.from({ length: 50_000 }, (_, i) =>
      withCall(judged, { id: eventId(i), time: NOON + i, userAgent: `client/${i % 900}`, eventName: `Get${i % 700}` }),
    );
    const finding = of({ ...theft, uses });
    assert.equal(finding.service.count, 50_000);
    const { calls, eventIds, userAgents } = evidenceOf(finding)!;
    assert.deepEqual([calls.byApi.total, calls.byApi.listed.length], [700, 100]);
    assert.deepEqual([eventIds.total, eventIds.listed.length, eventIds.listed[0]], [50_000, 1000, eventId(0)]);
    assert.deepEqual([userAgents.total, userAgents.listed.length], [900, 20]);
    assert.ok(jsonText(finding).length < 200_000, 'EventBridge takes 256 KB');
  });
});

describe('the response plan', () => {
  const commands = (c: Case) => evidence(c).response.flatMap((step) => step.commands);

  test('closes the leak before it revokes', () => {
    const all = commands(theft);
    const at = (part: string) => all.findIndex((each) => each.includes(part));
    assert.ok(at('put-function-concurrency') >= 0);
    assert.ok(at('put-function-concurrency') < at('AWSRevokeOlderSessions'));
  });

  test('fills in account, region, function and role, and acts on derived credentials too', () => {
    const all = commands(withDerived).join('\n');
    assert.match(all, /--function-name=arn:aws:lambda:eu-west-1:111122223333:function:orders /);
    assert.match(all, /--role-name=orders-role /);
    assert.match(all, /--role-name=admin /);
    assert.match(all, /update-access-key --user-name=backup --access-key-id=AKIAIOSFODNN7EXAMPLE --status=Inactive/);
  });

  test('stops the task of ECS and the metadata service of EC2', () => {
    assert.ok(commands(ecsTask).some((each) => each.includes('ecs stop-task --region=us-gov-west-1 --cluster=shop')));
    assert.ok(commands(ec2Instance).some((each) => each.includes('--http-endpoint=disabled')));
    for (const c of [ecsTask, ec2Instance]) assert.ok(!commands(c).some((each) => each.includes('aws lambda')));
  });

  test('never carries a hostile name into a command', () => {
    for (const text of HOSTILE.filter((each) => !/^[\w=-]+$/.test(each))) {
      for (const command of commands(hostile(text))) assert.ok(!command.includes(text), `${text} in ${command}`);
    }
  });
});

describe('hostile text', () => {
  for (const text of HOSTILE) {
    test(`is kept as recorded in fields and made visible in sentences: ${JSON.stringify(text)}`, () => {
      const finding = of(hostile(text));
      const written = jsonText(finding);
      assert.ok(written.isWellFormed());
      assert.doesNotMatch(written, /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
      assert.deepEqual(JSON.parse(written), finding);
      assert.equal(finding.resource.lambdaDetails?.functionName, text);
      assert.equal(finding.service.action.awsApiCallAction.userAgent, text);
      assert.ok(Object.hasOwn(finding.service.action.awsApiCallAction.affectedResources, text));
      const { response, statements } = evidence(hostile(text));
      const sentences = [finding.title, finding.description, JSON.stringify(statements), JSON.stringify(response)];
      for (const sentence of sentences) assert.doesNotMatch(sentence, /[\u0000-\u001f\u007f-\u009f\u2028\u202e\ud800]/);
    });
  }

  test('of any kind raises without throwing and stays well formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = jsonText(of(hostile(text)));
        assert.ok(written.isWellFormed());
      }),
      { numRuns: 50 },
    );
  });
});
