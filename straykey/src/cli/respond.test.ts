import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toldTerminal } from '../../../test/support/told-terminal.ts';
import { evidenceOf, type Finding } from '../findings/index.ts';
import { alone } from '../passes/index.ts';
import { loadTables, shelfIn } from '../reference/index.ts';
import { expectedMarkdown, markdown, planFor } from '../response/index.ts';
import { createSources } from '../sources/index.ts';
import { readStatements } from '../statements/index.ts';
import { openStore } from '../store/index.ts';
import { runProgram } from './program.ts';
import type { Rim } from './rim.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-cli-respond-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** One command line with the real parts, in one process. */
async function straykey(...argv: string[]) {
  const { told, terminal } = toldTerminal(join(folder, 'data'), NOW);
  const rim: Rim = {
    createSources: (specs, options, tell) => createSources(specs, { ...options, stdin: terminal.stdin }, tell),
    loadTables,
    passes: (_jobs, tables, watch) => alone(tables, watch),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    cores: 1,
    shelfIn,
    statements: (dataDir) => ({ path: dataDir, read: () => readStatements(join(dataDir, 'none')), add: () => {} }),
    suppressionRules: (path) => ({ path, read: () => ({ rules: new Map(), events: [] }), append: () => {} }),
    writeFile: (path, text) => writeFileSync(path, text),
    openStore: (url) => openStore(url, { now: terminal.now }),
    serve: () => assert.fail('respond runs nothing'),
    secret: () => assert.fail('respond runs nothing'),
    doctorDoors: () => assert.fail('respond runs nothing'),
  };
  told.code = await runProgram(argv, '0.0.0', terminal, rim);
  return told;
}

const NOW = Date.parse('2026-08-03T12:00:00Z');

/** A Tor exit of Stiftung Erneuerbare Freiheit. */
const TOR_EXIT = '185.220.101.1';
/** Quad9: public, and not AWS. */
const ELSEWHERE = '9.9.9.9';
/** A prefix of AWS itself (EC2, us-east-1). */
const IN_AWS = '3.80.0.1';

interface Said {
  readonly at: string;
  readonly from: string;
  readonly as?: string;
  readonly key?: string;
  readonly api?: string;
  readonly more?: object;
}

let records = 0;
function record({
  at,
  from,
  as = 'orders',
  key = 'ASIAORDERSEXAMPLE001',
  api = 's3:ListBuckets',
  more = {},
}: Said): object {
  const [service, eventName] = api.split(':');
  records++;
  return {
    eventVersion: '1.11',
    eventID: `00000000-0000-4000-8000-${String(records).padStart(12, '0')}`,
    eventTime: at,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: from,
    userAgent: 'aws-cli/2.17.0',
    eventCategory: service === 's3' && eventName === 'GetObject' ? 'Data' : 'Management',
    eventType: 'AwsApiCall',
    recipientAccountId: '111122223333',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLEORDERSROLE:${as}`,
      arn: `arn:aws:sts::111122223333:assumed-role/orders-role/${as}`,
      accountId: '111122223333',
      accessKeyId: key,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLEORDERSROLE',
          arn: 'arn:aws:iam::111122223333:role/orders-role',
          accountId: '111122223333',
          userName: 'orders-role',
        },
      },
      inScopeOf: {
        issuerType: 'AWS::Lambda::Function',
        credentialsIssuedTo: `arn:aws:lambda:eu-west-1:111122223333:function:${as}`,
      },
    },
    ...more,
  };
}

/** orders is stolen and used from two hosts; billing, under the same role, from one of them; the thief assumes another role. */
const trail = join(folder, 'trail.json');
const findingsFile = join(folder, 'findings.ndjson');
let findings: Finding[] = [];
let id = '';

before(async () => {
  const Records = [
    record({ at: '2026-07-01T08:00:00Z', from: IN_AWS, api: 'dynamodb:Query' }),
    record({ at: '2026-07-01T10:00:00Z', from: TOR_EXIT }),
    record({
      at: '2026-07-01T10:00:30Z',
      from: TOR_EXIT,
      api: 'ec2:DescribeInstances',
      more: { errorCode: 'AccessDenied' },
    }),
    record({
      at: '2026-07-01T10:01:00Z',
      from: TOR_EXIT,
      api: 'sts:AssumeRole',
      more: {
        requestParameters: { roleArn: 'arn:aws:iam::444455556666:role/audit', roleSessionName: 'x' },
        responseElements: { credentials: { accessKeyId: 'ASIADERIVEDEXAMPLE01' } },
      },
    }),
    record({ at: '2026-07-02T03:00:00Z', from: ELSEWHERE, key: 'ASIAORDERSEXAMPLE002' }),
    record({ at: '2026-07-02T04:00:00Z', from: TOR_EXIT, as: 'billing', key: 'ASIABILLINGEXAMPLE01' }),
  ];
  writeFileSync(trail, JSON.stringify({ Records }));
  await straykey('scan', trail, '--format', 'ndjson', '--output', findingsFile, '--quiet');
  findings = readFileSync(findingsFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  id = findings.find(
    ({ service, resource }) => service.count === 3 && resource.lambdaDetails?.functionName === 'orders',
  )!.id;
});

describe('straykey respond', () => {
  test('reads the trail and tells what only the trail knows', async () => {
    const { code, stdout } = await straykey('respond', id.slice(0, 8), trail, '--quiet');
    assert.equal(code, 0);
    assert.match(stdout, /The role is shared: what hits the role hits these too: `billing`/);
    assert.match(stdout, /account 444455556666/);
    assert.ok(stdout.includes(`straykey timeline ${id} ${trail}`));
  });

  test('takes a findings file in place of the trail', async () => {
    const { code, stdout } = await straykey('respond', id, findingsFile);
    assert.equal(code, 0);
    assert.match(stdout, /The role is shared: what hits the role hits these too: `billing`/);
    assert.ok(stdout.includes(`straykey timeline ${id} SOURCE`));
  });

  test('takes a findings file in JSON as well', async () => {
    const path = join(folder, 'findings.json');
    await straykey('scan', trail, '--format', 'json', '--output', path, '--quiet');
    const [fromArray, fromLines] = [await straykey('respond', id, path), await straykey('respond', id, findingsFile)];
    assert.equal(fromArray.code, 0);
    assert.equal(fromArray.stdout, fromLines.stdout);
  });

  test('writes JSON for programs, a script, and a file when asked to', async () => {
    const { stdout } = await straykey('respond', id, findingsFile, '--format', 'json');
    assert.equal(JSON.parse(stdout).finding.id, id);
    const path = join(folder, 'plan.sh');
    const written = await straykey('respond', id, findingsFile, '--format', 'sh', '--output', path);
    assert.equal(written.stdout, '');
    assert.match(readFileSync(path, 'utf8'), /^#!\/usr\/bin\/env bash\n/);
  });

  test('takes the finding from the store when no trail is named', async () => {
    const url = `sqlite:${join(folder, 'straykey.db')}`;
    const store = await openStore(url, { now: () => NOW });
    for (const finding of findings) await store.findings.put({ finding, at: NOW, topics: [] });
    await store.close();
    const { code, stdout } = await straykey('respond', id.slice(0, 8), '--store', url);
    assert.equal(code, 0);
    assert.match(stdout, /The role is shared: what hits the role hits these too: `billing`/);
    const missing = await straykey('respond', 'ffffffff', '--store', url);
    assert.equal(missing.code, 4);
    assert.match(missing.stderr, /No finding with id ffffffff/);
  });

  const mistakes: readonly [what: string, given: () => string[], code: number, says: RegExp][] = [
    ['too few digits', () => [id.slice(0, 5), findingsFile], 2, /6 to 32/],
    ['what is no id', () => ['orders', findingsFile], 2, /expected a finding id/],
    ['an id that no finding has', () => ['ffffffff', findingsFile], 4, /No finding with id ffffffff\. Known are 3/],
    ['a format that is none', () => [id, findingsFile, '--format', 'pdf'], 2, /Allowed choices are markdown, json, sh/],
  ];
  for (const [what, given, expected, says] of mistakes) {
    test(`${what} is answered with what was expected`, async () => {
      const { code, stderr, stdout } = await straykey('respond', ...given());
      assert.equal(code, expected);
      assert.match(stderr, says);
      assert.equal(stdout, '');
    });
  }

  test('digits that several findings share are refused', async () => {
    const path = join(folder, 'twins.ndjson');
    const twin = { ...findings[0]!, id: `${findings[0]!.id.slice(0, 30)}00` };
    writeFileSync(path, `${JSON.stringify(findings[0])}\n${JSON.stringify(twin)}\n`);
    const { code, stderr } = await straykey('respond', twin.id.slice(0, 12), path);
    assert.equal(code, 2);
    assert.match(stderr, /Give more digits/);
  });

  test('a findings file that was edited is refused in words, never with a stack trace', async () => {
    const [finding] = findings;
    const { service } = finding!;
    const broken: readonly [document: object | string, says: RegExp][] = [
      [
        { ...finding, service: { ...service, additionalInfo: { type: 'default', value: '{}' } } },
        /carries no evidence/,
      ],
      [
        { ...finding, service: { ...service, additionalInfo: { type: 'straykey/1', value: '{"keys":1}' } } },
        /carries no evidence/,
      ],
      [{ ...finding, id: 'x; reboot' }, /finding 1: id: expected/],
      [{ ...finding, resource: {} }, /resource\.accessKeyDetails: expected/],
      ['{"schemaVersion":"2.0","id":', /not whole JSON/],
    ];
    for (const [document, says] of broken) {
      const path = join(folder, 'broken.ndjson');
      writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
      const { code, stderr } = await straykey('respond', finding!.id, path);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
  });
});

describe('the guided path for what was expected', () => {
  const plan = () => planFor(findings[0]!, evidenceOf(findings[0]!)!, { roleUsers: [], others: [], sources: 'SOURCE' });

  test('asks what must be known, compares the three ways, and gives the ready command of each', () => {
    const text = expectedMarkdown(plan());
    const parts = ['What must be known first', 'How the ways differ', 'When it was expected'];
    assert.deepEqual(
      parts.map((part) => text.indexOf(`## ${part}`)).toSorted((a, b) => a - b),
      parts.map((part) => text.indexOf(`## ${part}`)),
    );
    for (const command of [
      /straykey hosts expect \S+ --function=/,
      /straykey suppress add --from-finding/,
      /ownNetworks:/,
    ]) {
      assert.match(text, command);
    }
    assert.equal(text.match(/^\| \d\. /gm)?.length, 3);
  });

  test('says the same of the ways as the whole plan', () => {
    const whole = markdown(plan());
    const part = expectedMarkdown(plan());
    assert.equal(part.slice(part.indexOf('## When it was')), whole.slice(whole.indexOf('## When it was')));
  });
});

test('every command of Straykey that a plan or the table names exists, with the options it is given', async () => {
  const { stdout: plan } = await straykey('respond', id, findingsFile, '--format', 'json');
  const { stdout: table } = await straykey('scan', trail, '--format', 'table', '--quiet');
  const named = new Map<string, Set<string>>();
  for (const [, verb = '', rest = ''] of `${plan}\n${table}`.matchAll(
    /straykey ((?:hosts|suppress) [a-z]+|[a-z]+)([^\n;"]*)/g,
  )) {
    const options = named.get(verb) ?? new Set();
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) options.add(option);
    named.set(verb, options);
  }
  assert.ok(named.size >= 6, [...named.keys()].join());
  for (const [verb, options] of named) {
    const { code, stdout } = await straykey(...verb.split(' '), '--help');
    assert.equal(code, 0, verb);
    for (const option of options) assert.ok(stdout.includes(option), `${verb} ${option}`);
  }
});

describe('straykey timeline', () => {
  test('puts the finding, its siblings, the host and what was made with the key in order', async () => {
    const { code, stdout } = await straykey('timeline', id.slice(0, 8), trail, '--quiet');
    assert.equal(code, 0);
    assert.deepEqual(
      stdout
        .split('\n')
        .filter((line) => /^ {2}\S/.test(line))
        .map((line) => line.trim().split(/ {2,}/).slice(0, 3)),
      [
        ['all day', 'inside AWS', 'public addresses of AWS'],
        ['10:00:00', 'finding', 's3:ListBuckets'],
        ['10:00:30', 'finding', 'ec2:DescribeInstances'],
        ['10:01:00', 'finding', 'sts:AssumeRole'],
        ['10:01:00', 'made with it', 'sts:AssumeRole'],
        ['03:00:00', 'same function', ELSEWHERE],
        ['04:00:00', 'same host', 'billing'],
      ],
    );
    assert.match(stdout, /3 calls of this finding, 1 by the same function from elsewhere/);
  });

  test('says the same as JSON, with keys and event ids to look up', async () => {
    const { stdout } = await straykey('timeline', id, trail, '--format', 'json', '--quiet');
    const { entries } = JSON.parse(stdout);
    assert.equal(entries.length, 7);
    assert.deepEqual(entries[2], {
      time: '2026-07-01T10:00:30.000Z',
      relation: 'finding',
      who: 'orders',
      address: TOR_EXIT,
      api: 'ec2:DescribeInstances',
      region: 'eu-west-1',
      errorCode: 'AccessDenied',
      accessKeyId: 'ASIAORDERSEXAMPLE001',
      eventId: entries[2].eventId,
    });
  });

  test('groups a long one by day and keeps within the terminal', async () => {
    const path = join(folder, 'long.json');
    const many = Array.from({ length: 300 }, (_, i) =>
      record({
        at: new Date(Date.parse('2026-07-01T10:00:00Z') + i * 1000).toISOString().replace('.000', ''),
        from: TOR_EXIT,
        api: `s3:Get${'X'.repeat(90)}${i % 5}`,
      }),
    );
    writeFileSync(path, JSON.stringify({ Records: many }));
    const scan = await straykey('scan', path, '--format', 'ndjson', '--quiet');
    const { stdout } = await straykey('timeline', JSON.parse(scan.stdout).id, path, '--quiet');
    assert.match(stdout, /10:00:00 {2}finding +300 calls to 10:04:59/);
    for (const line of stdout.split('\n')) assert.ok([...line].length <= 80, line);
  });

  test('shows text of the trail as text', async () => {
    const path = join(folder, 'hostile.json');
    writeFileSync(
      path,
      JSON.stringify({
        Records: [record({ at: '2026-07-01T10:00:00Z', from: TOR_EXIT, more: { errorCode: '\u001b[2Jgone\nnext' } })],
      }),
    );
    const scan = await straykey('scan', path, '--format', 'ndjson', '--quiet');
    const { stdout } = await straykey('timeline', JSON.parse(scan.stdout).id, path, '--quiet');
    assert.match(stdout, /\\u\{1b\}\[2Jgone\\u\{a\}next/);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  test('asks for the trail when it is given findings', async () => {
    const { code, stderr } = await straykey('timeline', id, findingsFile);
    assert.equal(code, 2);
    assert.match(stderr, /name the trail it was made from/);
  });
});
