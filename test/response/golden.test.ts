import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { markdown } from '../../straykey/src/response/index.ts';
import { planOf, stories } from './cases.ts';

/** Plans as people read them; a diff here is a change of advice. `UPDATE_GOLDEN=1` writes them anew. */
for (const [name, story] of Object.entries(stories)) {
  test(`the plan for ${name} is golden/${name}.md`, () => {
    const text = markdown(planOf(story));
    const file = new URL(`golden/${name}.md`, import.meta.url);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'));
  });
}
