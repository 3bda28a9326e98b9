import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { script } from '../../straykey/src/response/index.ts';
import { HOSTILE, hostile } from '../findings/fixtures.ts';
import { alone, planOf, siblings, stories } from './cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-script-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const hasBash = spawnSync('bash', ['--version']).status === 0;
const skip = hasBash ? false : 'bash is not here';

/** Programs that write down how they were called, one argument a line, instead of doing anything. */
const log = join(folder, 'log');
for (const name of ['aws', 'straykey', 'sleep', 'reboot', 'base64']) {
  const path = join(folder, name);
  writeFileSync(
    path,
    // One write a call: calls of a pipe run at the same time.
    `#!/bin/sh\nif [ "$1 $2" = "sts get-caller-identity" ]; then echo "$AS_ACCOUNT"; fi\ncall="CALL ${name}"\nfor each in "$@"; do call="$call\n$each"; done\nprintf '%s\\n' "$call" >> "${log}"\n`,
  );
  chmodSync(path, 0o755);
}

/** Every call as its arguments, when the script runs with some steps wanted in some account. */
function run(text: string, RUN: string, AS_ACCOUNT = '111122223333'): string[][] {
  writeFileSync(log, '');
  const result = spawnSync('bash', ['-s'], {
    input: text,
    env: { PATH: `${folder}:/usr/bin:/bin`, RUN, AS_ACCOUNT },
    encoding: 'utf8',
  });
  assert.equal(result.error, undefined);
  return readFileSync(log, 'utf8')
    .split('CALL ')
    .slice(1)
    .map((call) => call.trimEnd().split('\n'));
}

const LOOKS = /^(?:get|list|describe|lookup|start-query|generate)/;

function changes(calls: readonly string[][]): string[][] {
  return calls.filter(([program, , verb = '']) => program === 'aws' && !LOOKS.test(verb));
}

describe('the script', { skip }, () => {
  const all = { ...stories, ...siblings };

  for (const [name, story] of Object.entries(all)) {
    test(`for ${name} is valid shell and by itself only looks`, () => {
      const text = script(planOf(story));
      assert.equal(spawnSync('bash', ['-n'], { input: text }).status, 0);
      const calls = run(text, '');
      assert.deepEqual(changes(calls), []);
      const statements = calls.filter(
        ([program, verb, what]) => program === 'straykey' && verb === 'hosts' && what !== 'show',
      );
      assert.deepEqual(statements, []);
    });
  }

  test('changes what was named, and nothing else', () => {
    const text = script(planOf(stories['lambda-out-of-vpc']!));
    const calls = changes(run(text, 'contain.close-leak'));
    assert.deepEqual(calls, [
      [
        'aws',
        'lambda',
        'put-function-concurrency',
        '--region=eu-west-1',
        '--function-name=arn:aws:lambda:eu-west-1:111122223333:function:orders',
        '--reserved-concurrent-executions=0',
      ],
    ]);
  });

  test('revokes with a cut-off half a minute ahead of the time it is run at', () => {
    const before = Date.now();
    const [call] = changes(run(script(planOf(stories['lambda-out-of-vpc']!)), 'contain.revoke-role'));
    const document = JSON.parse(call!.at(-1)!.replace('--policy-document=', ''));
    const cutoff = Date.parse(document.Statement[0].Condition.DateLessThan['aws:TokenIssueTime']);
    assert.ok(cutoff >= before + 29_000 && cutoff <= Date.now() + 31_000, new Date(cutoff).toISOString());
    assert.equal(document.Statement[0].Effect, 'Deny');
  });

  test('undoes under a name of its own', () => {
    const text = script(planOf(stories['lambda-out-of-vpc']!));
    assert.deepEqual(
      changes(run(text, 'undo.contain.revoke-role')).map((call) => call.slice(1, 4)),
      [['iam', 'delete-role-policy', '--role-name=orders-role']],
    );
  });

  test('changes nothing in an account it is not meant for', () => {
    const text = script(planOf(stories['role-chaining']!));
    assert.deepEqual(changes(run(text, 'contain.close-leak contain.revoke-role', '444455556666')), []);
    // The second role of the chain lives there: its step works there and only there.
    const step = 'contain.derived-role-2';
    assert.equal(changes(run(text, step, '444455556666')).length, 1);
    assert.equal(changes(run(text, step, '111122223333')).length, 0);
  });

  test('never runs a command with something left to fill in', () => {
    const text = script(planOf(siblings.ec2Instance!));
    const everything = [...text.matchAll(/^wanted (\S+)/gm)].map(([, step]) => step).join(' ');
    for (const call of run(text, everything)) {
      assert.doesNotMatch(call.join(' '), /\b[A-Z]{2,}_[A-Z_]+\b/, call.join(' '));
    }
  });

  test('survives a trail that wants to run something', () => {
    for (const text of HOSTILE) {
      const plan = planOf({ case: hostile(text), context: { ...alone, roleUsers: [text] } });
      const lines = script(plan);
      assert.equal(spawnSync('bash', ['-n'], { input: lines }).status, 0, text);
      const everything = [...lines.matchAll(/^wanted (\S+)/gm)].map(([, step]) => step).join(' ');
      const calls = run(lines, everything);
      assert.ok(!calls.some(([program]) => program === 'reboot'), text);
      // Some are names AWS allows; those stand behind an option's equals sign, never as a word of their own.
      const allowed = /^[A-Za-z0-9_+=,.@-]+$/.test(text);
      assert.ok(!calls.flat().some((each) => (allowed ? each === text : each.includes(text))), text);
    }
  });
});
