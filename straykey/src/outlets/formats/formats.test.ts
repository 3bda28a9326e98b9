import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  crossAccount,
  ec2Instance,
  ecsTask,
  HOSTILE,
  hostile,
  onPremises,
  overIPv6,
  settings,
  theft,
  withDerived,
} from '../../../../test/findings/fixtures.ts';
import { type Case, type Finding, raise } from '../../findings/index.ts';
import { asff, formatNames, formats, html, json, ndjson, ocsf, table } from './index.ts';
import { cells } from './layout.ts';

const of = (c: Case) => raise(c, settings);
const all = [theft, onPremises, overIPv6, ecsTask, ec2Instance, crossAccount, withDerived].map(of);
const hostiles = HOSTILE.map((text) => of(hostile(text)));
const terminal = { columns: 80, color: false };

/** A finding that Straykey did not make: no evidence of ours. */
const foreign: Finding = {
  ...of(theft),
  service: { ...of(theft).service, additionalInfo: { type: 'default', value: '{"sample":true}' } },
};

/** What a terminal would obey; line breaks are ours. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

describe('every format', () => {
  for (const name of formatNames) {
    test(`${name} takes any findings, is well formed, ends with a line break and holds no control characters`, () => {
      for (const findings of [[], all, hostiles, [foreign]]) {
        const text = formats[name](findings, terminal);
        assert.ok(text.isWellFormed());
        assert.doesNotMatch(text, CONTROL);
        if (findings.length > 0) assert.ok(text.endsWith('\n'));
      }
    });

    test(`${name} leaves the findings as they were and gives the same text twice`, () => {
      const before = JSON.stringify(all);
      assert.equal(formats[name](all, terminal), formats[name](all, terminal));
      assert.equal(JSON.stringify(all), before);
    });
  }
});

describe('ndjson and json', () => {
  test('carry the findings whole, in the order given', () => {
    const lines = ndjson([...all, ...hostiles])
      .trimEnd()
      .split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [...all, ...hostiles],
    );
    assert.deepEqual(JSON.parse(json([...all, ...hostiles])), [...all, ...hostiles]);
  });

  test('no findings: no line, and an empty array', () => {
    assert.equal(ndjson([]), '');
    assert.equal(json([]), '[]\n');
  });
});

describe('table', () => {
  test('keeps within the terminal for every width', () => {
    for (const columns of [64, 80, 100, 120]) {
      for (const line of table([...all, ...hostiles, foreign], { columns, color: false, details: 30 }).split('\n')) {
        assert.ok(cells(line) <= columns, `${columns}: ${line}`);
      }
    }
  });

  test('colour changes nothing but colour', () => {
    const coloured = table(all, { columns: 80, color: true });
    assert.match(coloured, /\u001b\[1;31mHigh/);
    // Trailing blanks inside coloured lines stay; a reader cannot see them.
    const plain = coloured.replace(/\u001b\[[0-9;]*m/g, '').replace(/ +$/gm, '');
    assert.equal(plain, table(all, terminal));
  });

  test('shows what an analyst asks first', () => {
    const [, , first, second] = table([of(theft)], terminal).split('\n');
    assert.match(first!, /^High {6}2026-07-01 10:01 {2}orders +3 {2}new host$/);
    assert.match(second!, /^ {10}185\.220\.101\.1 +AS60729 Stiftung Erneuerbar…, DE +in-scope-of$/);
  });

  test('tells the worst first and says how many it does not tell in full', () => {
    const many = Array.from({ length: 50 }, (_, i) => of({ ...theft, host: `9.9.9.${i}` }));
    const text = table([of(onPremises), ...many], terminal);
    assert.match(text, /1 of 51/);
    assert.match(text, /46 more findings in the table above/);
    assert.ok(text.split('\n')[2]!.endsWith('new host'), 'the learned host with the lower score is not on top');
    assert.doesNotMatch(table(all.slice(0, 5), terminal), /more finding/);
  });

  test('says so when there is nothing', () => {
    assert.equal(table([], terminal), 'No findings.\n');
  });

  test('marks archived findings', () => {
    const finding = of(theft);
    assert.match(table([{ ...finding, service: { ...finding.service, archived: true } }], terminal), / archived\n/);
  });
});

describe('html', () => {
  /** Tags with their attributes: what a page is made of besides text. */
  const tags = (page: string) => page.match(/<[^>]*>/g) ?? [];
  const page = (text: string) => html([of(hostile(text))]);

  test('no text of a trail becomes markup: the tags are those of a harmless page', () => {
    const harmless = tags(page('harmless'));
    for (const text of HOSTILE) assert.deepEqual(tags(page(text)), harmless, text);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '`', '=', '/', 'a', ' ', '\0'), minLength: 1 }),
        (text) => {
          assert.equal(tags(page(text)).length, harmless.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('runs no scripts and fetches nothing', () => {
    const text = html([...all, ...hostiles]);
    for (const tag of tags(text)) {
      assert.doesNotMatch(tag, /^<(?:script|iframe|object|embed|link|img|base|form)/i);
      assert.doesNotMatch(tag, /\s(?:src|on[a-z]+|style)\s*=/i);
      const [, href] = /href="([^"]*)"/.exec(tag) ?? [];
      if (href !== undefined) assert.match(href, /^#f\d+(?:-[a-z]+)?$/);
    }
    assert.match(text, /Content-Security-Policy" content="default-src 'none'/);
  });

  test('closes every element it opens', () => {
    const open: string[] = [];
    for (const tag of tags(html(all))) {
      const [, slash, name = ''] = /^<(\/?)([a-z0-9!]+)/i.exec(tag) ?? [];
      if (['!doctype', 'meta', 'br'].includes(name) || tag.endsWith('/>')) continue;
      if (slash === '') open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  });

  test('shows every finding, its evidence, its plan and use inside and outside by day', () => {
    const text = html([of(onPremises), of(withDerived)]);
    for (const part of ['185.220.101.1', 'Wrong if', 'put-function-concurrency', 'AKIAIOSFODNN7EXAMPLE']) {
      assert.ok(text.includes(part), part);
    }
    assert.equal(text.match(/<section/g)?.length, 2);
    assert.equal(text.match(/<rect class="alarming"/g)?.length, 2);
    assert.equal(text.match(/<rect class="silenced"/g)?.length, 1);
    assert.equal(text.match(/<rect class="inside"/g)?.length, 2);
  });

  test('plots the last year of a longer history and says that earlier days are missing', () => {
    const text = html([of({ ...theft, inside: { days: ['2020-01-01', '2026-07-01'] } })]);
    assert.match(text, /Earlier days are not shown/);
    assert.doesNotMatch(html([of(theft)]), /Earlier days are not shown/);
  });
});

describe('asff', () => {
  const parsed = (findings: readonly Finding[]) => JSON.parse(asff(findings)) as Record<string, unknown>[];

  test('has every required field of format 2018-10-08', () => {
    const required = [
      'SchemaVersion',
      'Id',
      'ProductArn',
      'GeneratorId',
      'AwsAccountId',
      'Types',
      'CreatedAt',
      'UpdatedAt',
      'Severity',
      'Title',
      'Description',
      'Resources',
    ];
    for (const finding of parsed(all)) for (const field of required) assert.ok(Object.hasOwn(finding, field), field);
  });

  test("follows GuardDuty's own shape", () => {
    const [finding] = parsed([of(theft)]);
    const { arn } = of(theft);
    const { ProductArn, ProductFields, Resources, Types, ...rest } = finding!;
    assert.deepEqual(Types, [
      'Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-ResourceCredentialExfiltration.OutsideAWS',
    ]);
    assert.equal(ProductArn, 'arn:aws:securityhub:eu-west-1::product/aws/guardduty');
    assert.equal(rest.Id, arn);
    assert.equal(rest.GeneratorId, arn.replace(/\/finding\/.*/, ''));
    assert.deepEqual(rest.Severity, { Product: 8, Label: 'HIGH', Normalized: 80 });
    assert.deepEqual(
      (Resources as { Type: string; Id: string }[]).map(({ Id, Type }) => [Type, Id]),
      [
        ['AwsIamAccessKey', 'AWS::IAM::AccessKey:ASIAORDERSEXAMPLE001'],
        ['AwsLambdaFunction', 'arn:aws:lambda:eu-west-1:111122223333:function:orders'],
        ['AwsS3Bucket', 'arn:aws:s3:::orders-archive'],
      ],
    );
    const fields = ProductFields as Record<string, string>;
    assert.equal(fields['aws/guardduty/service/action/awsApiCallAction/remoteIpDetails/ipAddressV4'], '185.220.101.1');
    assert.equal(fields['straykey/rung'], 'in-scope-of');
  });

  test('keeps to the limits of the format whatever the trail holds', () => {
    for (const finding of parsed([...all, ...hostiles, of(hostile('x'.repeat(5000)))])) {
      assert.ok((finding.Title as string).length <= 256);
      assert.ok((finding.Description as string).length <= 1024);
      const fields = Object.entries(finding.ProductFields as Record<string, unknown>);
      assert.ok(fields.length <= 50);
      for (const [key, value] of fields) {
        assert.ok(key.length <= 128);
        assert.ok(typeof value === 'string' && value.length <= 2048);
      }
    }
  });

  test("can name the account's own product, which is what a customer may import", () => {
    const [finding] = JSON.parse(asff([of(theft)], { product: 'account' })) as Record<string, unknown>[];
    assert.equal(finding?.ProductArn, 'arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default');
    assert.ok(!Object.hasOwn(finding!, 'ProductName'));
  });
});

describe('ocsf', () => {
  const parsed = (findings: readonly Finding[]) =>
    ocsf(findings)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, never>);

  test('has every required attribute of Detection Finding 1.1', () => {
    for (const event of parsed([...all, ...hostiles, foreign])) {
      for (const attribute of ['activity_id', 'category_uid', 'class_uid', 'severity_id', 'time', 'type_uid']) {
        assert.ok(Number.isInteger(event[attribute]), attribute);
      }
      const { cloud, finding_info, metadata } = event as unknown as {
        cloud: { provider: string };
        finding_info: { uid: string; title: string };
        metadata: { version: string; product: { vendor_name: string } };
      };
      assert.equal(event.class_uid, 2004);
      assert.equal(event.type_uid, 2004 * 100 + Number(event.activity_id));
      assert.ok(finding_info.uid !== '' && finding_info.title !== '');
      assert.equal(metadata.version, '1.1.0');
      assert.equal(cloud.provider, 'AWS');
    }
  });

  test('is created by the first call and updated by later ones', () => {
    const [once] = parsed([of({ ...theft, uses: theft.uses.slice(0, 1) })]);
    const [again] = parsed([of(theft)]);
    assert.deepEqual([once?.type_uid, again?.type_uid], [200401, 200402]);
  });

  test('carries place, call and confidence', () => {
    const [event] = parsed([of(theft)]) as unknown as Record<string, unknown>[];
    const [evidence] = event!.evidences as Record<string, unknown>[];
    assert.deepEqual(evidence!.src_endpoint, {
      ip: '185.220.101.1',
      location: { country: 'DE', isp: 'Stiftung Erneuerbare Freiheit' },
    });
    assert.deepEqual((event!.unmapped as Record<string, unknown>).autonomous_system, { number: 60729 });
    assert.deepEqual(evidence!.api, { operation: 'GetObject', service: { name: 's3.amazonaws.com' } });
    assert.equal(evidence!.data, of(theft).service.additionalInfo.value);
    assert.deepEqual([event!.confidence, event!.confidence_id, event!.severity_id], ['High', 3, 4]);
    assert.equal(event!.time, Date.parse('2026-07-01T10:01:35Z'));
  });
});
