import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Markup, markup } from './markup.ts';

test('what is put in is text: it can open no element and leave no quoted attribute', () => {
  const text = `"><script>alert('1')</script>\`&amp;`;
  assert.equal(
    markup`<a title="${text}">${text}</a>`.text.replace(/&#\d+;/g, '?'),
    '<a title="???script?alert(?1?)?/script???amp;">???script?alert(?1?)?/script???amp;</a>',
  );
});

test('what is written, and markup put in, stays markup; lists are joined', () => {
  assert.equal(
    markup`<ul>${['a', 'b'].map((each) => markup`<li>${each}</li>`)}</ul>${3}`.text,
    '<ul><li>a</li><li>b</li></ul>3',
  );
});

test('text that only looks like markup of ours is text', () => {
  const forged = { text: '<b>' } as unknown as Markup;
  assert.throws(() => markup`${forged}`);
});

test('control characters become visible', () => {
  assert.equal(markup`${'\u001b[2J\u202e'}`.text, '\\u{1b}[2J\\u{202e}');
});
