import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { HOSTILE } from '../support/seeded-store.ts';
import { open, settled } from './visit.ts';
import { withConsole } from './with-console.ts';

const stage = withConsole();
const { act } = stage;

describe('a lost connection', () => {
  test(
    'is said, and when the server is back the page catches up by itself',
    act({}, async ({ page, forgive }) => {
      const server = stage.server();
      await open(page, server, '/findings');
      await page.getByRole('link', { name: 'Live' }).waitFor();
      await server.cut();
      await page.getByText('Straykey does not answer').waitFor();
      await page.getByRole('link', { name: 'Not connected' }).waitFor();
      assert.ok(
        (await page.getByRole('grid', { name: 'Findings' }).locator('tbody tr').count()) > 3,
        'what was shown stays',
      );
      const id = server.seeded!.findings[2]!.id;
      await server.store.findings.archive([id], { kind: 'person' }, { at: server.now(), by: 'somebody else' });
      await server.back();
      await page.getByText('Straykey does not answer').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Live' }).waitFor();
      await page.getByRole('grid', { name: 'Findings' }).getByText('reports').waitFor({ state: 'detached' });
      await server.store.findings.unarchive([id], { at: server.now(), by: 'somebody else' });
      forgive(
        /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_SOCKET/,
      );
    }),
  );

  test(
    'before the first page is said too, and trying again works',
    act({}, async ({ page, forgive }) => {
      const server = stage.server();
      await page.route('**/api/v1/session', (route) => route.abort());
      await page.goto(`${server.url}/console/`);
      await page.getByText('The console could not be loaded').waitFor();
      await page.getByText('Check that `straykey serve` is running').waitFor();
      await page.unroute('**/api/v1/session');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      forgive(/ERR_FAILED/);
    }),
  );
});

describe('a store that cannot be reached', () => {
  test(
    'is said with what to do, and what is on the screen stays',
    act({}, async ({ page, forgive }) => {
      await page.route('**/api/v1/rules', (route) =>
        route.fulfill({
          status: 503,
          contentType: 'application/json',
          body: JSON.stringify({ code: 'StoreUnavailable', message: 'The store cannot be reached.' }),
        }),
      );
      await open(page, stage.server(), '/rules');
      await page.getByText('The rules could not be loaded').waitFor();
      await page.getByText('`straykey doctor` says which').waitFor();
      await page.unroute('**/api/v1/rules');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('office-gateway').waitFor();
      forgive(/503/);
    }),
  );
});

describe('a slow store', () => {
  test(
    'shows that something is coming, then what came',
    act({}, async ({ page }) => {
      const server = stage.server();
      server.slow(700);
      try {
        for (const [at, first, then] of [
          ['/', 'Loading', 'Newest open findings'],
          ['/findings', 'Loading findings', 'orders'],
          ['/hosts?state=all', 'Loading hosts', 'orders'],
          ['/rules', 'Loading rules', 'office-gateway'],
          ['/outlets', 'Loading', 'Dead letters'],
        ] as const) {
          await page.goto('about:blank');
          await page.goto(`${server.url}/console/#${at}`);
          await page.getByText(first, { exact: true }).first().waitFor({ state: 'attached' });
          await page.getByText(then).first().waitFor();
          await settled(page);
        }
      } finally {
        server.slow(0);
      }
    }),
  );

  test(
    'the answer to a question nobody asks any more is dropped',
    act({}, async ({ page }) => {
      const server = stage.server();
      await open(page, server, '/findings');
      let first = true;
      await page.route('**/findings/get', async (route) => {
        const slow = first;
        first = false;
        if (slow) await new Promise((resolve) => setTimeout(resolve, 800));
        await route.continue().catch(() => {});
      });
      await page.goto(
        `${server.url}/console/#/findings?q=${encodeURIComponent('[["resource.lambdaDetails.functionName","=","orders"]]')}`,
      );
      await page.waitForTimeout(100);
      await page.goto(
        `${server.url}/console/#/findings?q=${encodeURIComponent('[["resource.lambdaDetails.functionName","=","billing"]]')}`,
      );
      await page.getByText('1 match').first().waitFor();
      await page.waitForTimeout(1000);
      const names = await page.getByRole('grid', { name: 'Findings' }).locator('tbody tr').allInnerTexts();
      assert.equal(names.length, 1);
      assert.match(names[0]!, /billing/);
    }),
  );
});

describe('strings that an attacker chose', () => {
  const shown = String.raw`${HOSTILE.markup} ${HOSTILE.formula} user\u{202e}gnp.exe a\u{1b}[31mb\u{7}c\u{0}d half \u{d83d} of it`;

  test(
    'are text on every page, whole and marked where they would hide something',
    act({}, async ({ page }) => {
      const { seeded } = stage.server();
      await open(page, stage.server(), `/findings/${seeded!.hostile.id}`);
      for (const tab of [
        'Timeline',
        'Calls',
        'Keys',
        'Why it alarms',
        'Response plan',
        'History',
        'JSON',
        'Evidence',
      ]) {
        await page.getByRole('tab', { name: tab }).click();
        await settled(page);
        await nothingRan(page);
      }
      await page.getByRole('tab', { name: 'Calls' }).click();
      await page.getByRole('table', { name: 'User agents' }).getByText(shown).waitFor();
      await page.getByRole('tab', { name: 'JSON' }).click();
      await page.getByRole('group', { name: 'finding as JSON' }).getByText('<script>').waitFor();
      for (const at of ['/rules', '/audit', '/hosts?state=statements', '/findings?status=all', '/sources']) {
        await open(page, stage.server(), at);
        await nothingRan(page);
      }
    }),
  );

  test(
    'of great length break and do not push the page apart',
    act({ width: 390, height: 844 }, async ({ page }) => {
      const { store } = stage.server();
      await store.audit.append({
        at: 1,
        by: HOSTILE.longWord,
        action: 'x',
        subject: HOSTILE.longWord,
        reason: HOSTILE.longWord,
      });
      for (const at of ['/audit', '/rules', '/hosts?state=statements']) {
        await open(page, stage.server(), at);
        const [page_, window_] = (await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]')) as [
          number,
          number,
        ];
        assert.ok(page_ <= window_, `${at}: ${page_} px in a window of ${window_}`);
      }
    }),
  );

  test(
    'in the address of the page do nothing',
    act({}, async ({ page }) => {
      const { url } = stage.server();
      for (const hash of [
        '#/%E0%A4%A',
        '#/__proto__',
        `#/findings?q=${encodeURIComponent('{"__proto__":1}')}`,
        '#/findings?q=%',
        '#javascript:alert(1)',
      ]) {
        await page.goto('about:blank');
        await page.goto(`${url}/console/${hash}`);
        await settled(page);
        await nothingRan(page);
      }
    }),
  );

  async function nothingRan(page: Page): Promise<void> {
    const alien = await page.evaluate(
      `document.querySelectorAll('img[src="x"], #console script, a[href^="javascript:"]').length`,
    );
    assert.equal(alien, 0);
    assert.doesNotMatch(await page.locator('body').innerText(), /[\u202a-\u202e\u0000-\u0008\u001b]/);
  }
});

describe('by keyboard alone', () => {
  test(
    'from the overview to the evidence, its tabs, and back',
    act({}, async ({ page }) => {
      await open(page, stage.server());
      await tabTo(page, /^Evidence of .*orders/);
      await page.keyboard.press('Enter');
      await page.getByRole('list', { name: 'Evidence' }).waitFor();
      await tabTo(page, /^Evidence$/);
      await page.keyboard.press('ArrowRight');
      await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
      await page.getByRole('img', { name: /^Timeline:/ }).waitFor();
      await tabTo(page, /^Close the finding$/, 'Shift+Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('list', { name: 'Evidence' }).waitFor({ state: 'detached' });
      assert.match(page.url(), /#\/findings$/);
    }),
  );

  test(
    'a filter is typed, a finding chosen and archived',
    act({}, async ({ page }) => {
      const { store, seeded } = stage.server();
      const id = seeded!.findings[5]!.id;
      await open(page, stage.server(), '/findings');
      await tabTo(page, /^Filter findings$/);
      await page.keyboard.type('mailer');
      await page.keyboard.press('Enter');
      await page.getByText('1 match').first().waitFor();
      await settled(page);
      await page.keyboard.press('Escape');
      await tabTo(page, /^Choose all on this page$/);
      await page.keyboard.press('Space');
      await tabTo(page, /^Actions$/, 'Shift+Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Archive (1)' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('1 finding archived').first().waitFor();
      assert.equal((await store.findings.get([id]))[0]?.archived, true);
      await store.findings.unarchive([id], { at: stage.server().now(), by: 'jane' });
    }),
  );

  test(
    'a question can be answered and put away, and the focus comes back',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/rules');
      await tabTo(page, /^New rule$/);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      assert.match(await focused(page), /New rule/);
    }),
  );

  /** Moves the focus until something of this name has it. */
  async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
    const passed: string[] = [];
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press(key);
      const now = await focused(page);
      if (name.test(now)) return;
      passed.push(now);
    }
    assert.fail(`no way to ${name} by ${key}; passed ${passed.join(' | ')}`);
  }

  async function focused(page: Page): Promise<string> {
    return (await page.evaluate(
      `(() => { const at = document.activeElement; return (at?.getAttribute('aria-label') ?? at?.textContent ?? '').replace(/[\\u2068\\u2069]/g, '').trim(); })()`,
    )) as string;
  }
});
