import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HOSTILE, hostile } from '../../../test/findings/fixtures.ts';
import { alone, findingOf, planOf, type Story, siblings, stories } from '../../../test/response/cases.ts';
import { jsonText } from '../findings/index.ts';
import { type Command, markdown, type Plan, type Policy, type Step, script } from './index.ts';

const all: Readonly<Record<string, Story>> = { ...stories, ...siblings };
const hostiles = HOSTILE.map((text): Story => ({ case: hostile(text), context: { ...alone, roleUsers: [text] } }));

function stepsOf(plan: Plan): readonly Step[] {
  return plan.phases.flatMap(({ steps }) => steps);
}

function step(plan: Plan, id: string): Step {
  const found = stepsOf(plan).find((each) => each.id === id);
  assert.ok(found, id);
  return found;
}

function commandsOf(plan: Plan): readonly Command[] {
  return [
    ...stepsOf(plan).flatMap(({ commands, undo = [] }) => [...commands, ...undo]),
    ...plan.expected.ways.flatMap(({ commands }) => commands),
  ];
}

function ids(plan: Plan): readonly string[] {
  return stepsOf(plan).map(({ id }) => id);
}

describe('a plan', () => {
  for (const [name, story] of Object.entries(all)) {
    const plan = planOf(story);

    test(`for ${name} goes from "is it expected?" to prevention`, () => {
      assert.deepEqual(
        plan.phases.map((phase) => phase.name),
        ['verify', 'contain', 'scope', 'eradicate', 'recover', 'prevent'],
      );
      assert.equal(new Set(ids(plan)).size, ids(plan).length, 'each step has a name of its own');
    });

    test(`for ${name} closes the leak before it revokes, and renews after it`, () => {
      const order = ['contain.close-leak', 'contain.revoke-role', 'contain.renew'].map((id) => ids(plan).indexOf(id));
      assert.ok(
        order.every((place, i) => place >= 0 && place > (order[i - 1] ?? -1)),
        order.join(),
      );
      assert.match(
        step(plan, 'contain.renew')
          .commands.map(({ text }) => text)
          .join('\n'),
        /^sleep 60 && /m,
      );
    });

    test(`for ${name} says of every policy on the role what it breaks, and how to undo it`, () => {
      for (const each of stepsOf(plan).filter(({ policy }) => policy !== undefined)) {
        assert.ok(each.breaks, each.id);
        assert.ok(each.undo !== undefined && each.undo.length > 0, each.id);
        assert.ok(
          each.undo.every(({ changes }) => changes),
          each.id,
        );
      }
    });

    test(`for ${name} holds policies that IAM takes`, () => {
      for (const { policy } of stepsOf(plan)) if (policy !== undefined) assertIam(policy.document);
    });

    test(`for ${name} is the same twice and leaves its finding as it was`, () => {
      const finding = JSON.stringify(findingOf(story.case));
      assert.deepEqual(planOf(story), planOf(story));
      assert.equal(JSON.stringify(findingOf(story.case)), finding);
    });
  }

  test('spells every command on one line, whatever the trail holds', () => {
    for (const story of [...Object.values(all), ...hostiles]) {
      for (const { text } of commandsOf(planOf(story)))
        assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }
  });

  test('names every word that is left to fill in', () => {
    for (const { fill, text } of commandsOf(planOf(siblings.ecsTask!))) {
      // Words in capitals with an underscore are ours; the type of a policy is AWS's.
      const words = text.match(/(?<![A-Za-z0-9_])[A-Z]+_[A-Z_]+(?![A-Za-z0-9_])/g) ?? [];
      for (const word of words.filter((each) => each !== 'SERVICE_CONTROL_POLICY' && !each.endsWith('_PROXY'))) {
        assert.ok(fill.includes(word), `${word} in ${text}`);
      }
    }
  });
});

describe('what shapes the plan', () => {
  test('a function without a VPC is not confined to a network, one in a VPC is', () => {
    const id = 'contain.only-from-network';
    assert.ok(!ids(planOf(stories['lambda-out-of-vpc']!)).includes(id));
    const confined = step(planOf(stories['lambda-in-vpc']!), id);
    const [statement] = confined.policy!.document.Statement;
    assert.deepEqual(Object.keys(statement!.Condition), [
      'StringEquals',
      'StringNotEqualsIfExists',
      'NotIpAddressIfExists',
      'BoolIfExists',
    ]);
    assert.ok(statement!.NotAction!.includes('logs:PutLogEvents'), 'Lambda writes logs from its own network');
  });

  test('a shared role is revoked for one session first, and everybody hit is named', () => {
    const plan = planOf(stories['shared-role']!);
    assert.ok(ids(plan).indexOf('contain.revoke-session') < ids(plan).indexOf('contain.revoke-role'));
    assert.match(step(plan, 'contain.revoke-role').breaks!, /billing and jane@example\.com/);
    assert.match(step(plan, 'prevent.own-role').why!, /billing/);
    assert.ok(!ids(planOf(stories['lambda-out-of-vpc']!)).includes('prevent.own-role'));
  });

  test('another finding under the same role makes it shared; the same function from another host does not', () => {
    const { case: c } = stories['lambda-out-of-vpc']!;
    const base = findingOf(c);
    const named = (session: string) => ({
      ...base,
      id: '0'.repeat(32),
      resource: {
        ...base.resource,
        accessKeyDetails: { ...base.resource.accessKeyDetails, principalId: `AROAX:${session}` },
      },
    });
    const shared = planOf({ case: c, context: { ...alone, others: [named('stock')] } });
    assert.match(step(shared, 'contain.revoke-role').breaks!, /stock/);
    const own = planOf({ case: c, context: { ...alone, others: [named('orders')] } });
    assert.ok(!ids(own).includes('prevent.own-role'));
  });

  test('instances of one group share their role on purpose', () => {
    const { case: c } = siblings.ec2Instance!;
    const plan = planOf({ case: c, context: { ...alone, roleUsers: ['i-0fedcba9876543210'] } });
    assert.match(step(plan, 'contain.revoke-role').breaks!, /i-0fedcba9876543210/);
    assert.ok(!ids(plan).includes('prevent.own-role'));
  });

  test('S3 data makes a step of its own, which says what the trail cannot show', () => {
    const { case: c } = stories['s3-data-theft']!;
    const why = (s3DataEvents?: 'recorded' | 'absent' | 'unclear') =>
      step(
        planOf({ case: c, context: { ...alone, ...(s3DataEvents === undefined ? {} : { s3DataEvents }) } }),
        'scope.s3',
      ).why!;
    assert.match(why('recorded'), /list of objects is what was touched/);
    assert.match(why('absent'), /cannot show which objects were read/);
    assert.match(why(), /do not say whether/);
    assert.ok(!ids(planOf(stories['lambda-out-of-vpc']!)).includes('scope.s3'));
  });

  test('every link of a chain is revoked in its own account, after the first', () => {
    const plan = planOf(stories['role-chaining']!);
    const chain = ids(plan).filter((id) => id.startsWith('contain.derived'));
    assert.deepEqual(chain, [
      'contain.derived-role-1',
      'contain.derived-role-2',
      'contain.derived-key-1',
      'contain.derived-others',
    ]);
    assert.ok(ids(plan).indexOf('contain.revoke-role') < ids(plan).indexOf('contain.derived-role-1'));
    const accounts = (id: string) => new Set(step(plan, id).commands.flatMap(({ account }) => account ?? []));
    assert.deepEqual(accounts('contain.derived-role-1'), new Set(['111122223333']));
    assert.deepEqual(accounts('contain.derived-role-2'), new Set(['444455556666']));
    assert.match(
      step(plan, 'contain.derived-key-1').commands[1]!.text,
      /--user-name=backup --access-key-id=AKIAIOSFODNN7EXAMPLE --status=Inactive/,
    );
    assert.match(step(plan, 'scope.keys').why!, /444455556666/);
  });

  test('a user key whose user the record does not name is left to look up, not guessed', () => {
    const { case: c, context } = stories['role-chaining']!;
    const derived = c.derived
      .filter(({ by }) => by === 'iam:CreateAccessKey')
      .map((each) => ({ ...each, actsAs: 'arn:aws:sts::111122223333:assumed-role/orders-role/orders' }));
    const plan = planOf({ case: { ...c, derived }, context });
    const [, off] = step(plan, 'contain.derived-key-1').commands;
    assert.deepEqual(off!.fill, ['USER_NAME']);
  });

  const families: readonly [name: string, close: RegExp, userId: string][] = [
    ['ecsTask', /aws ecs stop-task --region=us-gov-west-1 --cluster=shop/, 'AROAEXAMPLEORDERSROLE:orders'],
    ['ec2Instance', /modify-instance-metadata-options .*--http-endpoint=disabled/, 'AROAEXAMPLEORDERSROLE:orders'],
  ];
  for (const [name, close, userId] of families) {
    test(`${name}: the leak is closed where its credential comes from`, () => {
      const plan = planOf(siblings[name]!);
      assert.match(
        step(plan, 'contain.close-leak')
          .commands.map(({ text }) => text)
          .join('\n'),
        close,
      );
      const [statement] = step(plan, 'contain.bar-session').policy!.document.Statement;
      assert.equal(statement!.Condition.StringEquals!['aws:userId'], userId);
    });
  }

  test('outside the aws partition IAM is called with a region, because its endpoint depends on it', () => {
    const iam = (plan: Plan) => commandsOf(plan).filter(({ text }) => /\baws iam /.test(text));
    for (const { text } of iam(planOf(siblings.ecsTask!))) assert.match(text, /--region=us-gov-west-1/);
    for (const { text } of iam(planOf(stories['lambda-in-vpc']!))) assert.doesNotMatch(text, /--region/);
  });
});

describe('when it was expected', () => {
  test('the three ways stand narrowest first, each with what goes on alarming', () => {
    const { ways } = planOf(siblings.onPremises!).expected;
    assert.deepEqual(
      ways.map(({ id }) => id),
      ['vouched-host', 'suppression-rule', 'own-network'],
    );
    for (const way of ways) assert.ok(way.stillAlarms && way.alsoSilences && way.undo, way.id);
  });

  test('a pool is vouched for block by block, with the sensitive calls the finding shows', () => {
    const [vouch] = planOf(siblings.onPremises!).expected.ways;
    assert.deepEqual(
      vouch!.commands.map(({ text }) => text.replace(/ --reason.*/, '')),
      [
        'straykey hosts expect 193.0.6.128/28 --function=orders --account=111122223333 --since=2026-07-01 --accept=SECRETS',
        'straykey hosts expect 193.0.6.144/28 --function=orders --account=111122223333 --since=2026-07-01 --accept=SECRETS',
      ],
    );
  });

  test('the suppression rule is the one in the finding, in the form CreateFilter takes', () => {
    const { ways } = planOf(siblings.onPremises!).expected;
    const rule = JSON.parse(ways[1]!.document!.text);
    assert.equal(rule.action, 'ARCHIVE');
    assert.deepEqual(Object.keys(rule.findingCriteria.criterion), [
      'type',
      'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4',
    ]);
  });

  test('the pattern of an on-premises gateway is named when the evidence shows it, and denied when it cannot be', () => {
    assert.match(planOf(siblings.onPremises!).expected.choose, /case the page of GuardDuty names/);
    assert.match(planOf(stories['lambda-out-of-vpc']!).expected.choose, /does not look like an on-premises gateway/);
  });
});

describe('Markdown', () => {
  test('no name of a trail becomes markup', () => {
    const evil = '![x](http://example.com/a.png) <img src=x> [y](https://example.com) www.example.com `code`';
    const text = markdown(planOf({ case: hostile(evil), context: { ...alone, roleUsers: [evil] } }));
    const prose = text.replace(/^(`{3,}).*?^\1$/gms, '').replace(/(`+)(?!`).*?(?<!`)\1(?!`)/gs, '');
    assert.doesNotMatch(prose, /(?<!\\)[[<]/);
    assert.doesNotMatch(prose, /https?:\/\/|www\./);
  });

  test('holds no control characters, ends with a line break and balances its fences', () => {
    for (const story of [...Object.values(all), ...hostiles]) {
      const text = markdown(planOf(story));
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
      assert.ok(text.isWellFormed());
      assert.equal((text.match(/^`{3,}/gm) ?? []).length % 2, 0);
      assert.ok(text.endsWith('\n'));
    }
  });

  test('keeps within 80 columns, but for commands, documents and headings', () => {
    for (const story of Object.values(all)) {
      const text = markdown(planOf(story)).replace(/^(`{3,}).*?^\1$/gms, '');
      for (const line of text.split('\n').filter((each) => !each.startsWith('#'))) {
        // A single word can be longer than a line.
        if (line.trim().includes(' ')) assert.ok(line.length <= 80 || line.lastIndexOf(' ') <= 4, line);
      }
    }
  });
});

test('the JSON form is whole: what a program reads is what people read', () => {
  for (const story of [...Object.values(all), ...hostiles]) {
    const plan = planOf(story);
    const read = JSON.parse(jsonText(plan)) as Plan;
    assert.deepEqual(read, JSON.parse(JSON.stringify(plan)));
    assert.equal(markdown(read), markdown(plan));
    assert.equal(script(read), script(plan));
  }
});

/** The shape of an IAM policy: IAM user guide, "Grammar of the IAM JSON policy language"; operators and keys as used here. */
function assertIam(policy: Policy): void {
  assert.equal(policy.Version, '2012-10-17');
  assert.ok(JSON.stringify(policy).length < 5120, 'a service control policy has the least room: 5,120 characters');
  for (const statement of policy.Statement) {
    assert.match(statement.Sid, /^[A-Za-z0-9]+$/);
    assert.equal(statement.Effect, 'Deny');
    assert.equal(Number('Action' in statement) + Number('NotAction' in statement), 1, 'Action or NotAction, not both');
    for (const action of statement.Action ?? statement.NotAction ?? [])
      assert.match(action, /^(?:\*|[a-z0-9-]+:[A-Za-z*]+)$/);
    assert.deepEqual(statement.Resource, ['*']);
    for (const [operator, keys] of Object.entries(statement.Condition)) {
      assert.match(
        operator,
        /^(?:(?:StringEquals|StringNotEquals|IpAddress|NotIpAddress|DateLessThan|Bool)(?:IfExists)?|Null)$/,
      );
      for (const [key, value] of Object.entries(keys)) {
        assert.match(key, /^(?:aws|lambda|ec2):[A-Za-z0-9]+(?:\/[A-Za-z0-9:]+)?$/);
        assert.ok([value].flat().every((each) => each !== ''));
      }
    }
  }
}
