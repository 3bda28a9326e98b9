import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { html } from '../../straykey/src/outlets/formats/index.ts';
import { findingOf, siblings, stories } from '../response/cases.ts';
import { launchBrowser, WITHOUT_BROWSER } from '../support/browser.ts';
import { hostileTheft } from './messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-report-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core')), 'utf8');

const reports = {
  one: html([findingOf(stories['s3-data-theft']!.case)]),
  several: html(
    [stories['role-chaining']!, siblings.onPremises!, siblings.overIPv6!].map((each) => findingOf(each.case)),
  ),
  hostile: html([hostileTheft('x'.repeat(400)), hostileTheft('<img src=x onerror=alert(1)>')]),
  none: html([]),
};

let browser: Browser | undefined;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

/** The report open in a page of this width, and every address the page asked for besides itself. */
async function open(name: keyof typeof reports, width: number, colorScheme: 'light' | 'dark') {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, reports[name]);
  const page = await browser!.newPage({ viewport: { width, height: 844 }, colorScheme });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  return { page, asked: asked.slice(1) };
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<Found> } }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

interface Found {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

describe('the report in a browser', () => {
  for (const name of Object.keys(reports) as (keyof typeof reports)[]) {
    for (const [width, scheme] of [
      [390, 'dark'],
      [1280, 'light'],
    ] as const) {
      test(`${name} at ${width} px, ${scheme}: fits, is accessible, asks for nothing`, async (t) => {
        if (browser === undefined) return t.skip(WITHOUT_BROWSER);
        const { asked, page } = await open(name, width, scheme);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(asked, []);
        await page.close();
      });
    }
  }

  test('on paper shows the event ids, which are folded on the screen, and no links to jump', async (t) => {
    if (browser === undefined) return t.skip(WITHOUT_BROWSER);
    const { page } = await open('one', 800, 'light');
    const id = page.locator('.ids code').first();
    assert.equal(await id.isVisible(), false);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await id.isVisible(), true);
    assert.equal(await page.locator('nav').isVisible(), false);
    await page.close();
  });
});
