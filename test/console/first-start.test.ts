import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './visit.ts';
import { withConsole } from './with-console.ts';

const stage = withConsole({ empty: true });
const { act } = stage;

test(
  'every page of an empty store says what would be there',
  act({}, async ({ page }) => {
    for (const [at, says] of [
      ['/', 'Nothing was read yet'],
      ['/findings', 'No open findings'],
      ['/findings?status=archived', 'Nothing is archived'],
      ['/hosts', 'No hosts here'],
      ['/hosts?state=statements', 'Nobody said anything yet'],
      ['/rules', 'No rules'],
      ['/lists', 'No trusted IP list'],
      ['/sources', 'No sources'],
      ['/outlets', 'No outlets'],
      ['/start', 'What Straykey watches for'],
      ['/no-such-page', 'No such page'],
    ] as const) {
      await open(page, stage.server(), at);
      await page.getByText(says).first().waitFor();
    }
  }),
);

test(
  'the first page explains the trail, the drill, and loads the demo',
  act({}, async ({ page }) => {
    await open(page, stage.server());
    await page.getByRole('group', { name: 'straykey.yaml with a queue' }).getByText('type: sqs').waitFor();
    await page.getByText('straykey drill --out drill.json.gz').waitFor();
    await page.getByRole('button', { name: 'S3 listing' }).click();
    await page.getByRole('group', { name: 'straykey.yaml with a bucket' }).waitFor();
    await page.getByRole('button', { name: 'Load the demo trail' }).click();
    await page.getByText('The demo trail is being read').waitFor();
    assert.equal(stage.server().demos(), 1);
    await page.getByRole('grid', { name: 'Findings' }).getByRole('link').first().click();
    await page.getByRole('list', { name: 'Evidence' }).waitFor();
  }),
);
