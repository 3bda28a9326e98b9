import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberReplays } from './replays.ts';

test('a signature is new once, until it cannot be sent again anyway', () => {
  const replays = rememberReplays();
  assert.equal(replays.see('a', 0, 100), 'new');
  assert.equal(replays.see('a', 99, 199), 'seen');
  assert.equal(replays.see('b', 100, 200), 'new');
  assert.equal(replays.see('a', 100, 200), 'new');
});

test('when nothing more can be remembered nothing more is taken, rather than forgotten', () => {
  const replays = rememberReplays(2);
  assert.equal(replays.see('a', 0, 100), 'new');
  assert.equal(replays.see('b', 10, 110), 'new');
  assert.equal(replays.see('c', 20, 120), 'full');
  assert.equal(replays.see('a', 20, 120), 'seen');
  assert.equal(replays.see('c', 100, 200), 'new');
});
