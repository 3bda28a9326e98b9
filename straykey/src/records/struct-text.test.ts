import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { elementsOf, membersOf, withCanonicalNames } from './struct-text.ts';

/** Struct members have no prototype; compare what they hold. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('an object column reads the same as a value, as JSON text and as the text of Athena', () => {
  const value = { type: 'Role', arn: 'arn:aws:iam::111122223333:role/r', accountId: '111122223333' };
  const athena = '{type=Role, arn=arn:aws:iam::111122223333:role/r, accountid=111122223333}';
  for (const form of [value, JSON.stringify(value), athena]) assert.deepEqual(plain(membersOf(form)), value);
});

test('structs nest, null is null, and lists and JSON may stand inside', () => {
  const text =
    '{attributes={creationdate=2021-10-14T14:21:22Z, mfaAuthenticated=false}, invokedby=null, x=[a, b], y={"k":"v, w"}}';
  assert.deepEqual(plain(membersOf(text)), {
    attributes: { creationDate: '2021-10-14T14:21:22Z', mfaAuthenticated: 'false' },
    invokedBy: null,
    x: ['a', 'b'],
    y: { k: 'v, w' },
  });
});

test('commas inside a value do not end it', () => {
  const text =
    '{credentials={accessKeyId=ASIAIOSFODNN7EXAMPLE, expiration=Oct 8, 2024, 4:15:32 PM}, sessionName=a=b,c}';
  assert.deepEqual(plain(membersOf(text)), {
    credentials: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', expiration: 'Oct 8, 2024, 4:15:32 PM' },
    sessionName: 'a=b,c',
  });
});

test('names that CloudTrail does not have, __proto__ among them, stay what they are and change nothing else', () => {
  const members = membersOf('{__proto__={polluted=yes}, foo=bar}')!;
  assert.deepEqual(Object.keys(members), ['__proto__', 'foo']);
  assert.equal((members as { polluted?: string }).polluted, undefined);
  assert.equal(({} as { polluted?: string }).polluted, undefined);
});

test('a name in the right spelling wins over the same name in lower case', () => {
  const named = withCanonicalNames({ eventname: 'lower', eventName: 'right', EVENTTIME: 't' });
  assert.deepEqual(plain(named), { eventName: 'right', eventTime: 't' });
});

test('any text gives an answer, deep nesting too', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '=', ',', ' ', '"', 'a') }), (text) => {
      membersOf(`{${text}`);
      membersOf(`{a=${text}}`);
      elementsOf(`[${text}]`);
    }),
  );
  membersOf('{a='.repeat(100_000));
  membersOf(`${'{a='.repeat(2_000)}b${'}'.repeat(2_000)}`);
});
