import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { open, settled, type VisitOptions } from './visit.ts';
import { withConsole } from './with-console.ts';

const stage = withConsole({ hosts: 10 });
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface Stop {
  readonly at: string;
  readonly act?: (page: Page) => Promise<unknown>;
}

/** Every page, every tab of a finding, every kind of dialog. */
function stops(): readonly Stop[] {
  const id = stage.server().seeded!.findings[0]!.id;
  const tab = (name: string): Stop => ({
    at: `/findings/${id}`,
    act: (page) => page.getByRole('tab', { name }).click(),
  });
  const press = (at: string, name: string): Stop => ({
    at,
    act: (page) => page.getByRole('button', { name }).first().click(),
  });
  return [
    ...[
      '/',
      '/findings',
      `/findings/${id}`,
      `/findings/${id}/suppress`,
      '/hosts?state=all',
      '/hosts?state=statements',
    ].map((at) => ({ at })),
    ...['/rules', '/lists', '/sources', '/outlets', '/keys', '/audit', '/start', '/no-such-page'].map((at) => ({ at })),
    ...['Timeline', 'Calls', 'Keys', 'Why it alarms', 'Response plan', 'History', 'JSON'].map(tab),
    press('/rules', 'New rule'),
    press('/hosts', 'Say something of a host'),
    press('/lists', 'Add a trusted IP list'),
    press('/keys', 'New key'),
    press('/findings', 'Views'),
    press('/', 'Appearance'),
  ];
}

const looks: readonly (readonly [string, VisitOptions])[] = [
  ['light', {}],
  ['dark', { dark: true }],
  ['on a phone', { width: 390, height: 844 }],
];

for (const [look, options] of looks) {
  test(
    `axe finds nothing on any page, ${look}`,
    stage.act(options, async ({ page }) => {
      const found: string[] = [];
      for (const { at, act } of stops()) {
        await open(page, stage.server(), at);
        await act?.(page);
        await settled(page);
        found.push(...(await violations(page)).map((each) => `${at}: ${each}`));
      }
      assert.deepEqual(found, []);
    }),
  );
}

test(
  'axe finds nothing on the sign-in page',
  stage.act({ as: 'nobody' }, async ({ page }) => {
    await open(page, stage.server());
    assert.deepEqual(await violations(page), []);
  }),
);

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate('axe.run(document).then(({ violations }) => violations)')) as Violation[];
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 300)}`));
}
