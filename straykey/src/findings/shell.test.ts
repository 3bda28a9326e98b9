import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { HOSTILE } from '../../../test/findings/fixtures.ts';
import { checked, FORMS, quoted } from './shell.ts';

test('names that AWS allows are used as they are', () => {
  assert.equal(checked('orders-role', FORMS.roleName), 'orders-role');
  assert.equal(checked('AROAEXAMPLEORDERSROLE:orders', FORMS.userId), 'AROAEXAMPLEORDERSROLE:orders');
  assert.equal(checked('us-gov-west-1', FORMS.region), 'us-gov-west-1');
  assert.equal(checked('i-0123456789abcdef0', FORMS.instanceId), 'i-0123456789abcdef0');
  const arn = 'arn:aws-cn:lambda:cn-north-1:111122223333:function:orders';
  assert.equal(checked(arn, FORMS.functionArn), arn);
});

test('no hostile name passes any form', () => {
  for (const text of HOSTILE) {
    for (const [name, form] of Object.entries(FORMS)) {
      // `__proto__` and `--profile=other` are names IAM allows; as `--option=value` they are harmless.
      const isName = ['roleName', 'userName', 'functionName', 'cluster'].includes(name) && /^[\w=-]+$/.test(text);
      if (!isName) assert.equal(checked(text, form), form.placeholder, `${name}: ${text}`);
    }
  }
});

test('a quoted word reaches the program as it was', () => {
  for (const text of ['plain', '', 'two words', "it's", '$(id)', '{"a":["*"]}', 'a\\b', '`id`']) {
    const word = execFileSync('/bin/sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' });
    assert.equal(word, text);
  }
});
