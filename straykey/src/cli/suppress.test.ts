import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { toldTerminal } from '../../../test/support/told-terminal.ts';
import { alone } from '../passes/index.ts';
import { loadTables, shelfIn } from '../reference/index.ts';
import { appendEvents, readRules } from '../rules/index.ts';
import { createSources } from '../sources/index.ts';
import { runProgram } from './program.ts';
import type { Rim } from './rim.ts';
import type { Terminal } from './terminal.ts';

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'straykey.js');
const folder = mkdtempSync(join(tmpdir(), 'straykey-suppress-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Command lines with the real parts in this process: starting a hundred would take a minute. Each data folder has its own rules. */
function straykeyWith(data: string) {
  return async (...argv: string[]) => {
    const { told, terminal: plain } = toldTerminal(join(folder, data), Date.parse('2026-10-06T12:00:00Z'));
    const terminal: Terminal = { ...plain, environment: { ...plain.environment, USER: 'jane' } };
    const inFolder = argv.map((each) =>
      ['trail', 'no-such-folder'].includes(each) || /\.(json|ndjson)$/.test(each) ? join(folder, each) : each,
    );
    const status = await runProgram(inFolder, '0.0.0', terminal, rim);
    return {
      stdout: told.stdout,
      stderr: told.stderr,
      status,
      text: `${told.stdout}${told.stderr}`.replace(/\s+/g, ' '),
    };
  };
}

const rim: Rim = {
  createSources: (specs, options, tell) => createSources(specs, { ...options, stdin: (async function* () {})() }, tell),
  loadTables,
  passes: (_jobs, tables, watch) => alone(tables, watch),
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  cores: 1,
  shelfIn,
  statements: (path) => ({ path, read: () => ({ statements: [], problems: [] }), add: () => {} }),
  suppressionRules: (dataDir) => {
    const path = join(dataDir, 'suppression-rules.jsonl');
    return { path, read: () => readRules(path), append: (events) => appendEvents(path, events) };
  },
  writeFile: (path, text) => writeFileSync(path, text),
  openStore: () => assert.fail('these tests keep rules in files'),
  serve: () => assert.fail('nothing here runs for good'),
  secret: () => assert.fail('nothing here runs for good'),
  doctorDoors: () => assert.fail('nothing here runs for good'),
};

/** The program as a person starts it. */
function spawned(...args: string[]) {
  const env = { PATH: process.env.PATH, STRAYKEY_DATA: join(folder, 'spawned'), USER: 'jane' };
  return spawnSync(process.execPath, [launcher, ...args], { cwd: folder, env, encoding: 'utf8' });
}

interface Told {
  readonly id: string;
  readonly service: { readonly archived: boolean };
}

function findingsOf({ stdout }: { readonly stdout: string }): Told[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** A Tor exit of Stiftung Erneuerbare Freiheit, from which the drill steals. */
const THIEF = '185.220.101.1';

spawned('drill', '--dir', 'trail', '--function', 'orders', '--time', '2026-10-05T12:00:00Z', '--seed', '7');
const setup = await straykeyWith('setup')('scan', 'trail', '--quiet');
const [theft] = findingsOf(setup);
writeFileSync(join(folder, 'findings.ndjson'), setup.stdout);

test('the program itself, started: add, scan, scan --all', () => {
  assert.equal(theft?.service.archived, false);
  assert.equal(spawned('suppress', 'add', '--caller', THIEF, '--reason', 'a drill').status, 0);
  const { status, stdout, stderr } = spawned('scan', 'trail', '--fail-on', 'low');
  assert.deepEqual([status, stdout], [0, '']);
  assert.match(stderr, /Suppressed +1 finding: 1 by expected-185\.220\.101\.1/);
  assert.deepEqual(findingsOf(spawned('scan', 'trail', '--all', '--quiet')), [
    { ...theft, service: { ...theft!.service, archived: true } },
  ]);
});

describe('straykey suppress: the life of a rule', () => {
  const straykey = straykeyWith('life');
  test('add needs a reason, and calls that are expected', async () => {
    assert.match((await straykey('suppress', 'add', '--caller', THIEF)).text, /--reason/);
    const everything = await straykey('suppress', 'add', '--reason', 'x');
    assert.equal(everything.status, 2);
    assert.match(everything.text, /would hide every finding of the type/);
    assert.equal((await straykey('suppress', 'add', '--caller', 'gateway.example', '--reason', 'x')).status, 2);
    assert.match((await straykey('suppress', 'list')).text, /No suppression rules/);
  });

  test('add, in one line', async () => {
    const { status, text } = await straykey(
      'suppress',
      'add',
      '--type',
      'ResourceCredentialExfiltration.OutsideAWS',
      '--caller',
      '185.220.101.0/28',
      '--name',
      'onprem-gw',
      '--reason',
      'gateway in Leipzig',
    );
    assert.equal(status, 0);
    assert.match(
      text,
      /onprem-gw, rank 1 Hides type=UnauthorizedAccess:IAMUser\/ResourceCredentialExfiltration\.OutsideAWS and .*ipAddressV4=185\.220\.101\.0\/28/,
    );
    assert.match(text, /jane, .*: gateway in Leipzig/);
  });

  test('then scan tells nothing, fails on nothing, and says what was hidden by which rule', async () => {
    const { status, stdout, text } = await straykey('scan', 'trail', '--fail-on', 'high', '--report', 'report.json');
    assert.deepEqual([status, stdout], [0, '']);
    assert.match(text, /Suppressed 1 finding: 1 by onprem-gw Findings none but the suppressed/);
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    assert.deepEqual([report.findings, report.suppressed], [0, [{ rule: 'onprem-gw', findings: 1 }]]);
  });

  test('--all tells it as archived, otherwise byte for byte, and counts it again', async () => {
    const all = await straykey('scan', 'trail', '--all', '--fail-on', 'high');
    assert.equal(all.status, 1);
    assert.deepEqual(findingsOf(all), [{ ...theft, service: { ...theft!.service, archived: true } }]);
    assert.match((await straykey('scan', 'trail', '--all', '--format', 'table')).stdout, /archived/);
  });

  test('--where asks for archived findings by naming them', async () => {
    assert.equal(findingsOf(await straykey('scan', 'trail', '--quiet', '--where', 'service.archived=true')).length, 1);
    assert.equal(findingsOf(await straykey('scan', 'trail', '--quiet', '--where', 'service.archived=false')).length, 0);
  });

  test('a rule of the same name is refused, and nothing is kept; --replace changes it', async () => {
    const again = ['suppress', 'add', '--name', 'onprem-gw', '--caller', THIEF, '--reason', 'narrower'];
    const refused = await straykey(...again);
    assert.equal(refused.status, 2);
    assert.match(refused.text, /Nothing was kept: there already is a rule "onprem-gw"/);
    assert.equal((await straykey(...again, '--replace', '--expires', '2020-01-01')).status, 0);
  });

  test('a rule that is over hides nothing, and scan says what it would have hidden', async () => {
    const { stdout, text } = await straykey('scan', 'trail');
    assert.equal(findingsOf({ stdout }).length, 1);
    assert.match(
      text,
      /Rule is over onprem-gw, since 2020-01-01 23:59 UTC; it would have hidden 1 finding Findings 1 finding/,
    );
    assert.match((await straykey('suppress', 'list')).text, /over since 2020-01-01 23:59Z: hides nothing/);
    assert.deepEqual(JSON.parse((await straykey('suppress', 'export')).stdout), []);
  });

  test('remove, and every change stays on record with who, when and why', async () => {
    assert.match((await straykey('suppress', 'remove', 'other', '--reason', 'x')).text, /no rule "other" to remove/);
    assert.equal((await straykey('suppress', 'remove', 'onprem-gw', '--reason', 'moved', '--by', 'joe')).status, 0);
    assert.match((await straykey('suppress', 'list')).text, /No suppression rules/);
    const history = (await straykey('suppress', 'list', '--history')).text;
    assert.match(
      history,
      /added onprem-gw by jane: gateway in Leipzig .*changed onprem-gw by jane: narrower .*removed onprem-gw by joe: moved/,
    );
  });
});

describe('straykey suppress test', () => {
  const straykey = straykeyWith('test');

  test('says what a rule would hide and warns, without keeping it', async () => {
    const { status, text } = await straykey('suppress', 'test', '--caller', '185.220.101.0/24', 'trail');
    assert.equal(status, 0);
    assert.match(text, /Would hide 1 of 1 finding .* orders from 185\.220\.101\.1/);
    assert.match(text, /WARNING It would hide a finding whose keys were used to make further credentials/);
    assert.match((await straykey('suppress', 'list')).text, /No suppression rules/);
  });

  test('says that a rule hides nothing', async () =>
    assert.match(
      (await straykey('suppress', 'test', '--caller', '185.220.101.2', 'trail')).text,
      /Would hide none of 1 finding/,
    ));

  test('takes a file of findings instead of the trail', async () =>
    assert.match(
      (await straykey('suppress', 'test', '--caller', THIEF, 'findings.ndjson')).text,
      /Would hide 1 of 1 finding/,
    ));

  test('tries a rule that is kept', async () => {
    await straykey('suppress', 'add', '--caller', THIEF, '--name', 'first', '--reason', 'x');
    assert.match((await straykey('suppress', 'test', '--name', 'first', 'trail')).text, /Would hide 1 of 1 finding/);
    assert.match(
      (await straykey('suppress', 'test', '--name', 'second', 'trail')).text,
      /There is no rule "second"\. Known are first/,
    );
    assert.match(
      (await straykey('suppress', 'test', '--caller', '0.0.0.0/0', 'trail')).text,
      /1 of 1 finding, 1 of them hidden already by first/,
    );
    assert.equal((await straykey('suppress', 'test', '--name', 'first', '--caller', THIEF, 'trail')).status, 2);
  });

  test('needs a rule', async () => assert.equal((await straykey('suppress', 'test', 'trail')).status, 2));

  test('of nothing is nothing', async () => {
    assert.equal((await straykey('suppress', 'test', '--caller', THIEF, 'no-such-folder')).status, 4);
  });
});

describe('the rule that a finding brings', () => {
  const straykey = straykeyWith('own');

  test('is added with --from-finding, and tried at once', async () => {
    const { status, text } = await straykey(
      'suppress',
      'add',
      '--from-finding',
      theft!.id.slice(0, 12),
      'trail',
      '--reason',
      'a drill',
    );
    assert.equal(status, 0);
    assert.match(text, /straykey-expected-185\.220\.101\.1, rank 1 .*Would hide 1 of 1 finding/);
    assert.match(
      (await straykey('scan', 'trail')).text,
      /Suppressed 1 finding: 1 by straykey-expected-185\.220\.101\.1/,
    );
  });

  test('is the command that the table of findings prints', async () => {
    const { text } = await straykey('scan', 'trail', '--all', '--format', 'table');
    assert.ok(text.includes(`straykey suppress add --from-finding ${theft!.id.slice(0, 12)} SOURCE --reason`), text);
  });

  test('can be narrowed, but not turned into another', async () => {
    const from = ['suppress', 'add', '--from-finding', theft!.id, 'findings.ndjson', '--reason', 'x'];
    assert.equal((await straykey(...from, '--caller', THIEF)).status, 2);
    const narrowed = await straykey(
      ...from,
      '--name',
      'narrow',
      '--where',
      'resource.lambdaDetails.functionName=bills',
    );
    assert.match(narrowed.text, /functionName=bills .*Would hide none of 1 finding/);
  });
});

describe('rules as files', () => {
  const straykey = straykeyWith('files');
  const other = straykeyWith('files-2');

  test('what one exports, another imports', async () => {
    await straykey(
      'suppress',
      'add',
      '--caller',
      THIEF,
      '--name',
      'first',
      '--description',
      'Leipzig',
      '--reason',
      'x',
    );
    await straykey(
      'suppress',
      'add',
      '--caller',
      '2001:67c:2e8::/48',
      '--type',
      '*OutsideAWS',
      '--name',
      'second',
      '--expires',
      '2999-01-01',
      '--reason',
      'y',
    );
    const { stdout, stderr } = await straykey('suppress', 'export');
    assert.match(stderr, /second ends 2999-01-01T23:59:59\.000Z; GuardDuty knows no end/);
    writeFileSync(join(folder, 'rules.json'), stdout);
    assert.equal((await other('suppress', 'import', 'rules.json', '--reason', 'from the other account')).status, 0);
    assert.equal((await other('suppress', 'export')).stdout, stdout);
    assert.match(
      (await other('suppress', 'import', 'rules.json', '--reason', 'again')).text,
      /Nothing was kept: there already is a rule "first"/,
    );
    assert.equal((await other('suppress', 'import', 'rules.json', '--reason', 'again', '--replace')).status, 0);
  });

  test("a filter of GuardDuty's command line, and searches are left out", async () => {
    const filter = {
      Name: 'cli',
      Action: 'ARCHIVE',
      Rank: 7,
      FindingCriteria: { Criterion: { severity: { Gte: 4 } } },
      Tags: {},
    };
    writeFileSync(join(folder, 'cli.json'), JSON.stringify([filter, { ...filter, Name: 'search', Action: 'NOOP' }]));
    const { status, text } = await other('suppress', 'import', 'cli.json', '--reason', 'x');
    assert.equal(status, 0);
    assert.match(text, /cli, rank 7 Hides severity>=4/);
    assert.match(text, /search has action NOOP, not ARCHIVE: left out/);
    assert.doesNotMatch((await other('suppress', 'list')).text, /search/);
  });

  test('one filter that cannot be used keeps all out', async () => {
    const filter = { name: 'good', action: 'ARCHIVE', findingCriteria: { criterion: { severity: { gte: 4 } } } };
    const bad = { ...filter, name: 'bad', findingCriteria: { criterion: { sevrity: { gte: 4 } } } };
    writeFileSync(join(folder, 'bad.json'), JSON.stringify([filter, bad]));
    const { status, text } = await other('suppress', 'import', 'bad.json', '--reason', 'x');
    assert.equal(status, 2);
    assert.match(text, /rule "bad" cannot be used: sevrity: no such field; did you mean severity\?/);
    assert.doesNotMatch((await other('suppress', 'list')).text, /good/);
  });

  test('what is no file of filters is refused', async () => {
    writeFileSync(join(folder, 'no.json'), '[{"name":"x"');
    assert.equal((await other('suppress', 'import', 'no.json', '--reason', 'x')).status, 2);
    assert.equal((await other('suppress', 'import', 'missing.json', '--reason', 'x')).status, 2);
  });
});

test('a broken line in the file of rules stops scan and suppress with its place, and nothing is told', async () => {
  const straykey = straykeyWith('broken');
  await straykey('suppress', 'add', '--caller', THIEF, '--name', 'first', '--reason', 'x');
  appendFileSync(join(folder, 'broken', 'suppression-rules.jsonl'), '{"event":"added"\n');
  for (const args of [
    ['scan', 'trail'],
    ['suppress', 'list'],
    ['suppress', 'add', '--caller', THIEF, '--reason', 'y'],
  ]) {
    const { status, stdout, text } = await straykey(...args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(text, /Suppression rules: .*suppression-rules\.jsonl, line 2: not a change of the rules/);
  }
});

describe('scan --where', () => {
  const straykey = straykeyWith('where');

  test('tells only findings that fit, counts only those, and says how many it leaves out', async () => {
    const { status, stdout, text } = await straykey(
      'scan',
      'trail',
      '--fail-on',
      'high',
      '--where',
      'resource.lambdaDetails.functionName=bills',
    );
    assert.deepEqual([status, stdout], [0, '']);
    assert.match(text, /Findings none; --where leaves out 1/);
    const fits = [
      '--where',
      'severity>=7',
      '--where',
      'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4=185.220.101.0/24',
    ];
    assert.equal(findingsOf(await straykey('scan', 'trail', '--quiet', ...fits)).length, 1);
  });

  test('refuses what cannot be asked, before anything is read', async () => {
    const { status, text } = await straykey('scan', 'no-such-folder', '--where', 'sevrity>=7');
    assert.equal(status, 2);
    assert.match(text, /--where: sevrity: no such field; did you mean severity\?/);
  });
});
