import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatedFile, generateScannerFile } from '../../../scripts/build-scanner.ts';
import { bytes, identity, listen, record, scan, text } from '../../../test/property/scanner-listener.ts';
import type { ApiCall } from './api-call.ts';
import { toApiCall } from './parse.ts';
import { createScanner, skimParsed } from './scanner.ts';
import type { Standing } from './skim.ts';

test('the committed module is what its source compiles to', async () => {
  assert.equal(await generateScannerFile(), readFileSync(generatedFile, 'utf8'));
});

test('each question is asked once, however many records put it', () => {
  const { asked, scanner } = scan(Array(100).fill(text()).join(','));
  assert.deepEqual([asked.meets.length, asked.kinds.length, asked.tallies.length], [1, 1, 1]);
  assert.deepEqual(asked.oddities, []);
  assert.equal(scanner.records, 100);
});

const differentCallers: readonly [string, object][] = [
  ['access key', identity({ accessKeyId: 'ASIAIOSFODNN8EXAMPLE' })],
  ['principal', identity({ principalId: 'AROAEXAMPLEEXAMPLE123:orders2' })],
  ['ARN', identity({ arn: 'arn:aws:sts::111122223333:assumed-role/orders/orders2' })],
  ['account', identity({ accountId: '444455556666' })],
  ['type', identity({ type: 'AWSAccount' })],
  ['invoking service', identity({ invokedBy: 'lambda.amazonaws.com' })],
  ['scope', identity({ inScopeOf: { issuerType: 'AWS::Lambda::Function' } })],
  ['address', { sourceIPAddress: '203.0.113.90' }],
  ['day', { eventTime: '2024-03-02T08:09:10Z' }],
  ['endpoint', { vpcEndpointId: 'vpce-0a1b' }],
  ['endpoint owner', { vpcEndpointAccountId: '111122223333' }],
];

for (const [what, changes] of differentCallers) {
  test(`another ${what} is another caller`, () => {
    assert.equal(scan(`${text()},${text(changes)},${text()}`).asked.meets.length, 2);
  });
}

test('of two identities in one record the last counts, and nothing of the first is left', () => {
  const full = {
    ...record.userIdentity,
    invokedBy: 'lambda.amazonaws.com',
    inScopeOf: { issuerType: 'AWS::Lambda::Function' },
    sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/orders' } },
  };
  const twice = (last: object) =>
    text({ userIdentity: last }).replace('"userIdentity":', `"userIdentity":${JSON.stringify(full)},"userIdentity":`);
  for (const last of [{}, { type: 'AWSService' }, { accountId: '111122223333' }]) {
    const { asked } = scan(`${text()},${twice(last)},${text({ userIdentity: last })}`);
    assert.equal(asked.meets.length, 2);
    const { identity } = toApiCall({ ...record, userIdentity: last }) as ApiCall;
    assert.deepEqual(asked.meets[1]!.identity, identity);
  }
});

test('through an endpoint, another service or region is another caller; otherwise not', () => {
  const elsewhere = { awsRegion: 'us-east-1' };
  const vpcEndpointId = 'vpce-0a1b';
  assert.equal(scan(`${text()},${text(elsewhere)}`).asked.meets.length, 1);
  assert.equal(scan(`${text({ vpcEndpointId })},${text({ vpcEndpointId, ...elsewhere })}`).asked.meets.length, 2);
});

test('a moved boundary between two fields is another caller', () => {
  const one = text(identity({ accountId: '1111', accessKeyId: 'AB' }));
  const other = text(identity({ accountId: '111', accessKeyId: '1AB' }));
  const absent = text(identity({ accountId: undefined, accessKeyId: '' }));
  const empty = text(identity({ accountId: '', accessKeyId: undefined }));
  assert.equal(scan([one, other, absent, empty].join()).asked.meets.length, 4);
});

test('a record is read once, by kind or by standing or by both, with its place', () => {
  const both = { kindOf: () => 'read' as const, meet: () => 'read' as const };
  const line = text();
  for (const answers of [both, { kindOf: both.kindOf }, { meet: both.meet }]) {
    assert.deepEqual(scan(`${line}\n${line}`, answers).asked.reads, [
      { id: 'id-1', offset: 0 },
      { id: 'id-1', offset: line.length + 1 },
    ]);
  }
});

const namesAFunction: readonly [string, string, boolean][] = [
  ['says so', text({ requestParameters: { encryptionContext: { 'aws:lambda:FunctionArn': 'x' } } }), true],
  ['does not', text(), false],
  ['hides it behind an escape', text({ requestParameters: { a: '@' } }).replace('@', '\\u0046unctionArn'), true],
  ['has another escape', text({ requestParameters: { a: '@' } }).replace('@', '\\u0041'), false],
  ['holds JSON text that hides it', text({ requestParameters: '{"a":"\\u0046unctionArn"}' }), true],
  ['names a function', text({ requestParameters: { functionName: 'orders', Function: 1 } }), false],
];

for (const [what, line, wanted] of namesAFunction) {
  test(`of a kind that is read when it names a function's ARN, one that ${what} is ${wanted ? 'read' : 'left'} by both lanes`, () => {
    const answers = { kindOf: () => 'read-function-arn' as const };
    // The second has every answer remembered.
    assert.equal(scan(`${line},${line}`, answers).asked.reads.length, wanted ? 2 : 0);
    const slow = listen(answers);
    skimParsed(JSON.parse(line), { origin: 'file' }, slow.hooks, toApiCall);
    assert.equal(slow.asked.reads.length, wanted ? 1 : 0);
  });
}

test('a caller is noted once in each file it is in', () => {
  const { asked, hooks } = listen({ meet: () => ({ note: 7 }) });
  const scanner = createScanner(hooks, toApiCall);
  for (const origin of ['a', 'b']) {
    scanner.begin(origin, 0);
    scanner.push(bytes(`${text()},${text()},${text()}`));
    scanner.end();
  }
  assert.deepEqual(asked.notes, [7, 7]);
  assert.equal(asked.meets.length, 1);
});

test('after "again" the caller is asked about at its next record', () => {
  const standings: Standing[] = ['again', 'again', { note: 3 }];
  const { asked } = scan(Array(5).fill(text()).join(), { meet: () => standings.shift()! });
  assert.equal(asked.meets.length, 3);
  assert.deepEqual(asked.notes, [3]);
});

test('after "read-once" the record is read and the caller asked about at its next one', () => {
  const standings: Standing[] = ['read-once', 'read-once', 'skip'];
  const { asked, scanner } = scan(Array(5).fill(text()).join(), { meet: () => standings.shift()! });
  assert.deepEqual([asked.meets.length, asked.reads.length, scanner.records], [3, 2, 5]);
});

test('a token too large to keep is asked for each time', () => {
  const { asked } = scan(`${text()},${text()}`, { meet: () => ({ note: 2 ** 40 }) });
  assert.deepEqual(asked.notes, [2 ** 40, 2 ** 40]);
});

test('records are counted by tally with their first and last time, over all files', () => {
  const { hooks } = listen({ tallyOf: (call) => (call.awsRegion === 'eu-west-1' ? 10 : -3) });
  const scanner = createScanner(hooks, toApiCall);
  for (const times of [
    ['10', '05'],
    ['59', '30'],
  ]) {
    scanner.begin('file', 0);
    for (const seconds of times) {
      scanner.push(bytes(text({ eventTime: `2038-01-19T03:14:${seconds}Z` })));
      scanner.push(bytes(text({ eventTime: '1970-01-01T00:00:00Z', awsRegion: 'us-east-1' })));
    }
    scanner.end();
  }
  const start = Date.UTC(2038, 0, 19, 3, 14) / 1000;
  assert.deepEqual(
    scanner.tallies(),
    new Map([
      [10, { records: 4, firstTime: start + 5, lastTime: start + 59 }],
      [-3, { records: 4, firstTime: 0, lastTime: 0 }],
    ]),
  );
  assert.equal(scanner.records, 8);
});

test('more tallies than the module has room for are counted all the same', () => {
  const distinct = 70_000;
  let next = 0;
  const { hooks } = listen({ tallyOf: () => next++ });
  const call = toApiCall(record) as ApiCall;
  const scanner = createScanner(hooks, () => call);
  scanner.begin('file', 0);
  for (let i = 0; i < distinct; i++) scanner.push(bytes(`{"n":${i}}`));
  scanner.end();
  assert.equal(scanner.tallies().size, distinct);
  assert.equal(scanner.records, distinct);
});

test('twenty thousand callers are each asked about once: the memo grows and keeps its answers', () => {
  const callers = 20_000;
  const template = text({ sourceIPAddress: '@' }).split('@');
  const { asked, hooks } = listen();
  const stub = toApiCall(record) as ApiCall;
  const scanner = createScanner(hooks, () => stub);
  scanner.begin('file', 0);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < callers; i += 1000) {
      scanner.push(
        bytes(Array.from({ length: 1000 }, (_, j) => template.join(`2001:db8::${(i + j).toString(16)}`)).join()),
      );
    }
  }
  assert.equal(asked.meets.length, callers);
  assert.equal(scanner.records, 2 * callers);
});

test('the seed changes no answer', () => {
  for (const seed of [1n, 2n ** 64n - 1n]) {
    const { asked, hooks } = listen();
    const scanner = createScanner(hooks, toApiCall, { seed });
    scanner.begin('file', 0);
    scanner.push(bytes(`${text()},${text()},${text({ sourceIPAddress: '9.9.9.9' })}`));
    assert.equal(asked.meets.length, 2);
  }
});

test('the bracket that ends the sequence is found in the chunk it is in', () => {
  const sequence = `${text({ requestParameters: [[']'], ']'] })} ,\n${text()} \n]`;
  const after = ',"more":[1]}';
  for (const most of [1, 10, 1000, 1e6]) {
    const { hooks } = listen();
    const scanner = createScanner(hooks, toApiCall);
    scanner.begin('file', 12);
    const all = bytes(sequence + after);
    let at = 0;
    for (;;) {
      const answer = scanner.push(all.subarray(at, at + most));
      if (answer !== 'more') {
        assert.equal(at + answer.closedAfter, sequence.length);
        break;
      }
      at += most;
    }
    assert.equal(scanner.records, 2);
    assert.deepEqual(scanner.push(bytes(text())), { closedAfter: 0 });
    scanner.end();
    assert.equal(scanner.records, 2);
  }
});

test('an oddity carries the place in the whole input and what was found', () => {
  const { asked, hooks } = listen();
  const scanner = createScanner(hooks, toApiCall);
  scanner.begin('trail.json', 12);
  const before = `${text()},`;
  scanner.push(bytes(`${before}{"eventTime":oops}`));
  scanner.push(bytes(`,${text()}`));
  scanner.end();
  const offset = 12 + before.length;
  const reason = `expected a JSON value, found 'o' at byte ${offset + 13}`;
  assert.deepEqual(asked.oddities, [{ kind: 'not-json', origin: 'trail.json', offset, reason }]);
  assert.equal(scanner.records, 2);
});

test('the input ends inside a record', () => {
  const { asked } = scan(`${text()},{"eventTime":"2024`);
  assert.deepEqual(asked.oddities, [
    {
      kind: 'truncated-json',
      origin: 'file',
      offset: text().length + 1,
      reason: `expected the end of the record, found the end of the input at byte ${text().length + 19}`,
    },
  ]);
});

test('a malformed value inside a record that is wanted is told, and costs no other record', () => {
  const broken = text().replace('"orders"}', '"orders",,}');
  const { asked, scanner } = scan(`${text()},${broken},${text()}`, { meet: () => 'read' });
  assert.deepEqual(
    asked.oddities.map(({ kind, offset }) => [kind, offset]),
    [['not-json', text().length + 1]],
  );
  assert.equal(asked.reads.length, 2);
  assert.equal(scanner.records, 2);
});

test('a control character in a field that is relied on is seen although the answers are remembered', () => {
  const broken = text().replace('ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7\tXAMPLE');
  assert.deepEqual(
    scan(`${text()},${broken}`).asked.oddities.map(({ kind }) => kind),
    ['not-json'],
  );
});

test('times that look right but are none are left to the parser', () => {
  for (const eventTime of [
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-00-01T00:00:00Z',
  ]) {
    const { asked } = scan(`${text()},${text({ eventTime })}`);
    assert.deepEqual(
      asked.oddities.map(({ kind }) => kind),
      ['no-event-time'],
      eventTime,
    );
  }
});

test('an Insights event among records is told by name although it looks like one', () => {
  for (const changes of [{ eventType: 'AwsCloudTrailInsight' }, { insightDetails: { state: 'Start' } }]) {
    const { asked } = scan(`${text({ eventType: 'AwsApiCall' })},${text(changes)}`);
    assert.deepEqual(
      asked.oddities.map(({ kind }) => kind),
      ['insights-event'],
    );
  }
});

test('1,000 levels are read, 1,001 are not, in either lane', () => {
  const nested = (levels: number) =>
    text({ requestParameters: '@' }).replace('"@"', `${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`);
  for (const [levels, kinds] of [
    [1000, []],
    [1001, ['too-deep']],
  ] as const) {
    const line = nested(levels);
    const { asked } = scan(`${text()},${line},${text()}`);
    assert.deepEqual(
      asked.oddities.map(({ kind }) => kind),
      kinds,
    );
    const slow = listen();
    skimParsed(JSON.parse(line), { origin: 'file' }, slow.hooks, toApiCall);
    assert.deepEqual(
      slow.asked.oddities.map(({ kind }) => kind),
      kinds,
    );
  }
});

test('a million levels harm nobody', () => {
  const levels = 1_000_000;
  const deep = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const { asked, scanner } = scan(`${text()},${deep},${text()}`);
  assert.deepEqual(
    asked.oddities.map(({ kind }) => kind),
    ['too-deep'],
  );
  assert.equal(scanner.records, 2);
  assert.deepEqual(
    scan('['.repeat(levels)).asked.oddities.map(({ kind }) => kind),
    ['truncated-json'],
  );
  assert.deepEqual(
    scan('{"a":'.repeat(levels)).asked.oddities.map(({ kind }) => kind),
    ['truncated-json'],
  );
});

test('a record of more than 16 MiB is passed over to its end without being kept', () => {
  const { asked, hooks } = listen();
  const scanner = createScanner(hooks, toApiCall);
  scanner.begin('file', 0);
  scanner.push(bytes(`${text()},{"requestParameters":{"items":["`));
  const filler = bytes('x","}]\\"{'.repeat(20_000));
  let pushed = 0;
  for (; pushed < 40 << 20; pushed += filler.length) scanner.push(filler);
  scanner.push(bytes(`"]}},${text()}]`));
  assert.deepEqual(
    asked.oddities.map(({ kind, offset }) => [kind, offset]),
    [['record-too-large', text().length + 1]],
  );
  assert.equal(scanner.records, 2);
});

test('a record of 5 MB in small chunks is read', () => {
  const large = text({ responseElements: Array(50_000).fill({ name: 'x'.repeat(80), tags: ['"', '\\', '}'] }) });
  const { asked, hooks } = listen();
  const scanner = createScanner(hooks, toApiCall);
  scanner.begin('file', 0);
  const all = bytes(`${large},${text()}]`);
  for (let at = 0; at < all.length; at += 4096) scanner.push(all.subarray(at, at + 4096));
  assert.deepEqual(asked.oddities, []);
  assert.equal(scanner.records, 2);
});

test('a quote lost in a long file costs one record', () => {
  const many = Array(20_000).fill(text()).join();
  const lost = text({ requestParameters: { a: 'b' } }).replace('"b"', '"b');
  const { asked, scanner } = scan(`${many},${lost},${many}`);
  assert.deepEqual(
    asked.oddities.map(({ kind, offset }) => [kind, offset]),
    [['not-json', many.length + 1]],
  );
  assert.equal(scanner.records, 40_000);
});

test('a broken piece in which nine hundred records seem to begin costs a bounded time', () => {
  const hostile = bytes(`{"a" ${',{"eventTime":['.repeat(900)}`);
  const filler = bytes('[1,2],'.repeat(100_000));
  const { asked, hooks } = listen();
  const scanner = createScanner(hooks, toApiCall);
  const start = performance.now();
  scanner.begin('file', 0);
  scanner.push(hostile);
  for (let i = 0; i < 120; i++) scanner.push(filler);
  scanner.end();
  assert.equal(asked.oddities.length, 1);
  // Walking to the end from each of them takes over ten seconds, the budget allows a fraction of one.
  assert.ok(performance.now() - start < 5000);
});
