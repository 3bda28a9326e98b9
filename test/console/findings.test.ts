import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { TOKEN } from './console-server.ts';
import { open, settled } from './visit.ts';
import { withConsole } from './with-console.ts';

const stage = withConsole({ findings: 40 });
const { act } = stage;

const rows = (page: Page) => page.getByRole('grid', { name: 'Findings' }).locator('tbody tr');
const said = (page: Page, text: string) =>
  page.getByRole('region', { name: 'Messages' }).getByText(text).first().waitFor();

async function filterBy(page: Page, text: string): Promise<void> {
  const input = page.getByRole('combobox', { name: 'Filter findings' });
  await input.fill(text);
  await input.press('Enter');
  await page
    .getByText(/match(?:es)?$/)
    .first()
    .waitFor();
  await settled(page);
}

describe('signing in', () => {
  test(
    'with the token, and out again',
    act({ as: 'nobody' }, async ({ page }) => {
      await open(page, stage.server());
      await page.getByLabel('Token', { exact: true }).fill(TOKEN);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      await page.getByRole('button', { name: /console/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
    }),
  );

  test(
    'with an access key, and a wrong secret is told so',
    act({ as: 'nobody' }, async ({ page }) => {
      const { accessKeyId, secretAccessKey } = stage.server().reader;
      await open(page, stage.server());
      await page.getByRole('button', { name: 'Access key' }).click();
      await page.getByLabel('Access key ID').fill(accessKeyId);
      await page.getByLabel('Secret access key').fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Not accepted').waitFor();
      await page.getByLabel('Secret access key').fill(secretAccessKey);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
    }),
  );
});

test(
  'a newcomer reaches the evidence of a finding in two clicks: the finding, and nothing else',
  act({}, async ({ page }) => {
    await open(page, stage.server());
    await page.getByRole('table', { name: 'Newest open findings' }).getByRole('link').first().click();
    await page.getByText('AWS made this credential for the Lambda function orders.').waitFor();
    await page.getByText('Wrong if').first().waitFor();
  }),
);

describe('the list of findings', () => {
  test(
    'an address typed without a field finds the findings from there',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/findings');
      await filterBy(page, '185.220.101.1');
      assert.equal(await rows(page).count(), 2);
      await page.getByText('2 matches').first().waitFor();
      await page.getByText('API caller IPv4 address = 185.220.101.1').first().waitFor();
    }),
  );

  test(
    'a range of addresses fills its pages although the server hands them out in pieces, and nobody counts it',
    act({}, async ({ page }) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname.split('/').at(-1)!));
      await open(page, stage.server(), '/findings');
      await page.waitForTimeout(500);
      assert.ok(asked.includes('statistics'), 'without a filter they are counted');
      asked.length = 0;
      await filterBy(page, '95.216.0.0/16');
      assert.ok((await rows(page).count()) > 3);
      await page.waitForTimeout(200);
      assert.ok(!asked.includes('statistics'), asked.join());
    }),
  );

  test(
    'a link to a filter shows what it names, and forged fields are left out',
    act({}, async ({ page }) => {
      const q = JSON.stringify([
        ['resource.lambdaDetails.functionName', '=', 'orders'],
        ['__proto__', '=', 'x'],
        ['nonsense', '=', '<img src=x>'],
      ]);
      await open(page, stage.server(), `/findings?q=${encodeURIComponent(q)}`);
      assert.equal(await rows(page).count(), 1);
    }),
  );

  test(
    'pages follow each other, and sorting starts over',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/findings');
      assert.equal(await rows(page).count(), 25);
      const first = await rows(page).first().innerText();
      await page.getByRole('button', { name: 'Next page' }).click();
      await page.getByRole('button', { name: 'Page 2' }).or(page.getByLabel('Page 2')).first().waitFor();
      await assertEventually(async () => (await rows(page).first().innerText()) !== first);
      await page.getByRole('columnheader', { name: 'Account' }).getByRole('button').first().click({ force: true });
      await settled(page);
      assert.match(page.url(), /sort=accountId/);
      await assertEventually(async () => (await rows(page).count()) === 25);
    }),
  );

  test(
    'a view is saved, chosen and removed',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/findings');
      await filterBy(page, 'orders');
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByRole('menuitem', { name: 'Save what is shown' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('The orders function');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await said(page, 'saved');
      await page.goto(`${stage.server().url}/console/#/findings`);
      await page.reload();
      await settled(page);
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByRole('menuitem', { name: 'The orders function' }).first().click();
      await assertEventually(async () => (await rows(page).count()) === 1);
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByRole('menuitem', { name: 'The orders function' }).last().click();
      await said(page, 'removed');
    }),
  );

  test(
    'chosen findings are archived, and opened again, at once',
    act({}, async ({ page }) => {
      const { store } = stage.server();
      await open(page, stage.server(), '/findings');
      const before = await archivedCount();
      await rows(page).nth(20).getByRole('checkbox').check({ force: true });
      await rows(page).nth(21).getByRole('checkbox').check({ force: true });
      await page.getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('menuitem', { name: 'Archive (2)' }).click();
      await said(page, '2 findings archived');
      assert.equal(await archivedCount(), before + 2);
      await page.getByRole('button', { name: 'Archived' }).click();
      await assertEventually(async () => (await rows(page).count()) === before + 2);

      async function archivedCount(): Promise<number> {
        const [row] = await store.findings.count([{ column: 'archived', operator: 'in', values: [1] }]);
        return row?.count ?? 0;
      }
    }),
  );

  test(
    'a change by somebody else appears without a reload',
    act({}, async ({ page }) => {
      const { store, seeded } = stage.server();
      const [, , reports] = seeded!.findings;
      await open(page, stage.server(), '/findings');
      await filterBy(page, 'reports');
      assert.equal(await rows(page).count(), 1);
      await page.getByRole('link', { name: 'Live' }).waitFor();
      await store.findings.archive(
        [reports!.id],
        { kind: 'person' },
        { at: stage.server().now(), by: 'somebody else' },
      );
      await page.getByText('Nothing fits this filter').waitFor();
      await store.findings.unarchive([reports!.id], { at: stage.server().now(), by: 'somebody else' });
      await assertEventually(async () => (await rows(page).count()) === 1);
    }),
  );
});

describe('one finding', () => {
  test(
    'shows evidence, timeline, calls, keys, why, plan, history and JSON',
    act({}, async ({ page }) => {
      const [orders] = stage.server().seeded!.findings;
      await open(page, stage.server(), `/findings/${orders!.id}`);
      const tab = (name: string) => page.getByRole('tab', { name }).click();
      await page.getByRole('list', { name: 'Evidence' }).getByText('outside AWS').first().waitFor();
      await page.getByText('CloudTrail itself names what the credential was issued to.').waitFor();
      await tab('Timeline');
      await page.getByRole('img', { name: /^Timeline: 1\d calls outside/ }).waitFor();
      await page.getByRole('cell', { name: 'Alarming call of this finding' }).first().waitFor();
      await tab('Calls');
      await page.getByRole('table', { name: 'Calls by API' }).getByText('GetObject').waitFor();
      await tab('Keys');
      await page.getByRole('table', { name: 'Derived credentials' }).getByText('sts:AssumeRole').waitFor();
      await tab('Why it alarms');
      await page.getByText('What is known of the host').waitFor();
      await page.getByRole('button', { name: 'The whole argument as text' }).click();
      await page.getByRole('group', { name: 'argument as text', exact: true }).waitFor();
      await tab('Response plan');
      await page.getByText('Nothing is run from here').waitFor();
      assert.ok((await page.getByRole('button', { name: 'Copy command' }).count()) > 3);
      await tab('History');
      await page.getByRole('table', { name: 'History, newest first' }).getByText('Raised').waitFor();
      await tab('JSON');
      const json = await page.getByRole('group', { name: 'finding as JSON' }).innerText();
      assert.equal(JSON.parse(json).id, orders!.id);
    }),
  );

  test(
    'a command of the plan is copied as it is, and the plan comes as a file',
    act({}, async ({ page }) => {
      const [orders] = stage.server().seeded!.findings;
      await open(page, stage.server(), `/findings/${orders!.id}`);
      await page.getByRole('tab', { name: 'Response plan' }).click();
      await page.getByRole('button', { name: 'Copy command' }).first().click();
      await page.getByText('Copied').waitFor();
      const shown = await page.getByRole('group', { name: 'command' }).first().innerText();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), shown);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Shell script' }).click();
      assert.equal((await download).suggestedFilename(), `respond-${orders!.id}.sh`);
    }),
  );

  test(
    'takes feedback, with a comment, and says what it means first',
    act({}, async ({ page }) => {
      const { store, seeded } = stage.server();
      const id = seeded!.findings[5]!.id;
      await open(page, stage.server(), `/findings/${id}`);
      await page.getByRole('button', { name: 'Feedback' }).click();
      await page.getByRole('menuitem', { name: /It was a theft/ }).click();
      await page.getByRole('dialog').getByText('never learned as expected').waitFor();
      await page.getByRole('dialog').getByRole('textbox').fill('confirmed by the owner');
      await page.getByRole('dialog').getByRole('button', { name: 'Send feedback' }).click();
      await said(page, 'Feedback kept');
      await page.getByText('said to be theft').waitFor();
      const [stored] = await store.findings.get([id]);
      assert.deepEqual(stored?.feedback, { verdict: 'USEFUL', comment: 'confirmed by the owner' });
    }),
  );

  test(
    'that is gone says so and what to do',
    act({}, async ({ page, forgive }) => {
      await open(page, stage.server(), `/findings/${'0'.repeat(32)}`);
      await page.getByText('The finding could not be loaded').waitFor();
      await page.getByText('dropped by retention').waitFor();
      forgive(/404/);
    }),
  );
});

describe('suppressing from a finding', () => {
  test(
    'fills in the two criteria, shows what a wider network would hide, and asks before it hides unlike findings',
    act({}, async ({ page }) => {
      const { store, seeded } = stage.server();
      const id = seeded!.findings[4]!.id;
      await store.findings.unarchive([id], { at: stage.server().now(), by: 'jane' });
      await open(page, stage.server(), `/findings/${id}`);
      await page.getByRole('button', { name: 'Suppress' }).click();
      await page.getByRole('heading', { name: 'Suppress findings like this one' }).waitFor();
      await page.getByText('It would hide 2 of').waitFor();
      const slider = page.getByRole('slider', { name: 'How wide the network is' });
      await slider.focus();
      for (let i = 0; i < 16; i++) await slider.press('ArrowRight');
      await page.getByText('95.216.0.0/16').first().waitFor();
      await page.getByText(/It would hide (?:[3-9]|\d\d) of/).waitFor();
      await page.getByText('It would hide findings unlike this one').waitFor();
      await page.getByRole('button', { name: 'Create the rule' }).click();
      await page.getByText('Confirm that you have read this.').waitFor();
      await page.getByText('Say who confirmed it').waitFor();
      await page.getByRole('checkbox', { name: 'I have read this' }).check({ force: true });
      await page.getByLabel('Reason').fill('the gateway in Helsinki');
      await page.getByLabel('Expires').fill('2027-01-31');
      await page.getByRole('button', { name: 'Create the rule' }).click();
      await said(page, 'is in force');
      const filter = await store.documents.get<Record<string, unknown>>('filter', 'expected-95.216.1.1');
      assert.deepEqual(filter?.body.findingCriteria, {
        criterion: {
          type: { equals: ['UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS'] },
          'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4': { equals: ['95.216.0.0/16'] },
        },
      });
      assert.equal(filter?.body.reason, 'the gateway in Helsinki');
      assert.equal(filter?.body.expires, '2027-01-31T00:00:00.000Z');
      assert.equal((await store.findings.get([id]))[0]?.archived, true);
      await page
        .getByRole('row', { name: /expected-95.216.1.1/ })
        .getByText('In force')
        .waitFor();
    }),
  );
});

async function assertEventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail('it did not come to hold within five seconds');
}
