import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { HOSTILE } from '../support/seeded-store.ts';
import { open, settled } from './visit.ts';
import { withConsole } from './with-console.ts';

const stage = withConsole({ hosts: 120 });
const { act } = stage;

const said = (page: Page, text: string | RegExp) =>
  page.getByRole('region', { name: 'Messages' }).getByText(text).first().waitFor();
const dialog = (page: Page) => page.getByRole('dialog');

test(
  'the overview counts, maps and warns',
  act({}, async ({ page }) => {
    await open(page, stage.server());
    await page.getByRole('link', { name: 'Open findings: 6' }).waitFor();
    await page.getByText('S3 data events are not recorded in 1 account').waitFor();
    await page.getByRole('img', { name: 'World map: remote hosts in 4 countries' }).waitFor();
    await page.getByRole('link', { name: /Findings from .*Germany/ }).waitFor();
    await page.getByText('AccessDenied: not allowed to list').first().waitFor();
    await page.getByRole('table', { name: 'Oddities' }).getByText('digest-file').waitFor();
    await page.getByRole('link', { name: 'Hosts learned as expected: 24' }).click();
    await page.getByRole('heading', { name: 'Hosts', exact: true }).waitFor();
  }),
);

describe('hosts', () => {
  test(
    'are listed by state, found by text, and more come on demand',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/hosts?state=all');
      const rows = page.getByRole('grid', { name: 'Hosts' }).locator('tbody tr');
      const first = await rows.count();
      await page.getByRole('button', { name: 'Show more' }).click();
      await page.waitForTimeout(300);
      assert.ok((await rows.count()) > first, 'more rows');
      await page.getByRole('searchbox', { name: 'Find hosts' }).fill('fleet-77');
      await page.getByText('1 host', { exact: true }).first().waitFor();
      assert.equal(await rows.count(), 1);
    }),
  );

  for (const [choice, doIt, verdict, action] of [
    ['Vouch for it', 'Vouch', 'expected', 'host.vouch'],
    ['Distrust it', 'Distrust', 'malicious', 'host.distrust'],
    ['Forget what is known', 'Forget', 'clear', 'host.forget'],
  ] as const) {
    test(
      `${choice.toLowerCase()}: needs a reason, and is kept with it`,
      act({}, async ({ page }) => {
        await open(page, stage.server(), '/hosts?state=all');
        await page.getByRole('searchbox', { name: 'Find hosts' }).fill('fleet-42');
        await page.getByText('1 host', { exact: true }).first().waitFor();
        await page.getByRole('button', { name: /^Say something of .*fleet-42/ }).click();
        await page.getByRole('menuitem', { name: choice }).click();
        await dialog(page).getByRole('button', { name: doIt }).click();
        await dialog(page).getByText('Say why').waitFor();
        await dialog(page).getByRole('textbox', { name: 'Reason' }).fill(`because of ${verdict}`);
        await dialog(page).getByRole('button', { name: doIt }).click();
        await said(page, 'Kept. Straykey judges again with it.');
        await page.getByRole('tab', { name: 'What people said' }).click();
        await page.getByText(`because of ${verdict}`).waitFor();
        const entries = await stage.server().store.audit.list({ limit: 5 });
        assert.ok(
          entries.some((entry) => entry.action === action && entry.reason === `because of ${verdict}`),
          JSON.stringify(entries),
        );
      }),
    );
  }

  test(
    'a network that was never seen can be vouched for, and what is no address is refused',
    act({}, async ({ page, forgive }) => {
      await open(page, stage.server(), '/hosts');
      await page.getByRole('button', { name: 'Say something of a host' }).click();
      await dialog(page).getByRole('textbox', { name: 'Host', exact: true }).fill('not a host');
      await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('our office');
      await dialog(page).getByRole('button', { name: 'Say it' }).click();
      await said(page, /host/);
      await dialog(page).getByRole('textbox', { name: 'Host', exact: true }).fill('203.0.113.0/24');
      await dialog(page).getByRole('button', { name: 'Say it' }).click();
      await said(page, 'Kept. Straykey judges again with it.');
      forgive(/400/);
    }),
  );
});

describe('suppression rules', () => {
  test(
    'a rule is made with a dry run, edited, given an end, deleted',
    act({}, async ({ page }) => {
      const { store } = stage.server();
      await open(page, stage.server(), '/rules');
      await page.getByRole('button', { name: 'New rule' }).click();
      await dialog(page)
        .getByText(/^Would hide 6 of 6 open findings/)
        .waitFor();
      const filter = dialog(page).getByRole('combobox', { name: 'Findings where' });
      await filter.fill('444455556666');
      await filter.press('Enter');
      await dialog(page)
        .getByText(/^Would hide 1 of 6 open findings/)
        .waitFor();
      await dialog(page).getByRole('textbox', { name: 'Name' }).fill('second-account');
      await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('moved away');
      await dialog(page).getByRole('button', { name: 'Save' }).click();
      await said(page, /second-account.* is in force/);
      await page.getByRole('button', { name: /^Edit .*second-account/ }).click();
      await dialog(page).getByRole('textbox', { name: 'Description' }).fill('The account that moved');
      await dialog(page).getByRole('button', { name: 'Save' }).click();
      await page.getByText('The account that moved').waitFor();
      await page.getByRole('button', { name: /^Reason and end of .*second-account/ }).click();
      await dialog(page).getByLabel('Expires').fill('2027-03-01');
      await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('until it is closed');
      await dialog(page).getByRole('button', { name: 'Keep' }).click();
      await page.getByText('until it is closed').waitFor();
      await page.getByText('until 2027-03-01').waitFor();
      const kept = await store.documents.get<Record<string, unknown>>('filter', 'second-account');
      assert.equal(kept?.body.reason, 'until it is closed');
      await page.getByRole('button', { name: /^Delete .*second-account/ }).click();
      await dialog(page).getByRole('button', { name: 'Delete' }).click();
      await said(page, /second-account.* deleted/);
      assert.equal(await store.documents.get('filter', 'second-account'), undefined);
    }),
  );

  test(
    'say in words what they hide, and that they have expired',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/rules');
      const row = page.getByRole('row', { name: /office-gateway/ });
      await row.getByText('API caller IPv4 address').waitFor();
      await row.getByText('9.9.9.9/32').waitFor();
      await page
        .getByRole('row', { name: /last-summer/ })
        .getByText('Expired')
        .waitFor();
    }),
  );
});

test(
  'a trusted list is added, set aside and removed',
  act({}, async ({ page }) => {
    await open(page, stage.server(), '/lists');
    await page.getByRole('button', { name: 'Add a trusted IP list' }).click();
    await dialog(page).getByRole('textbox', { name: 'Name' }).fill('offices');
    await dialog(page).getByRole('textbox', { name: 'Location' }).fill('https://lists.example.com/offices.txt');
    await dialog(page).getByRole('button', { name: 'Add' }).click();
    await said(page, /offices.* added/);
    const row = page.getByRole('row', { name: /offices/ });
    await row.getByText(/Activ/).waitFor();
    await row.getByRole('checkbox').click({ force: true });
    await said(page, /offices.* is set aside/);
    await row.getByRole('button', { name: /^Remove/ }).click();
    await dialog(page).getByRole('button', { name: 'Remove' }).click();
    await said(page, /offices.* removed/);
  }),
);

describe('outlets', () => {
  test(
    'a sample is sent, and a receiver that refuses is quoted',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/outlets');
      await page.getByRole('button', { name: /Send a sample finding by .*siem/ }).click();
      await said(page, /A sample finding was sent by .*siem/);
      await page.getByRole('button', { name: /Send a sample finding by .*oncall/ }).click();
      await said(page, /oncall.* did not take the sample finding/);
      await said(page, 'HTTP 410 Gone');
      assert.deepEqual(stage.server().samples, ['siem', 'oncall']);
    }),
  );

  test(
    'dead letters are sent again',
    act({}, async ({ page }) => {
      await open(page, stage.server(), '/outlets');
      await page.getByRole('button', { name: 'Resend all' }).first().click();
      await said(page, '1 delivery will be tried again');
      await page.getByText('Sending').first().waitFor();
    }),
  );
});

test(
  'a key is made, its secret shown once, and it is revoked',
  act({}, async ({ page }) => {
    await open(page, stage.server(), '/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await dialog(page).getByRole('textbox', { name: 'What is it for' }).fill('Terraform in CI');
    await dialog(page).getByRole('button', { name: 'Make it' }).click();
    await page.getByText('It is shown this once').waitFor();
    const lines = await page.getByRole('group', { name: 'lines for ~/.aws/credentials' }).innerText();
    const id = /aws_access_key_id = (\S+)/.exec(lines)![1]!;
    assert.match(lines, /aws_secret_access_key = \S{30,}/);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: `Revoke ${id}` }).click();
    await dialog(page).getByRole('button', { name: 'Revoke' }).click();
    await said(page, 'revoked');
    assert.equal(await stage.server().store.documents.get('access-key', id), undefined);
  }),
);

test(
  'the audit trail names who did what, with the reason as text',
  act({}, async ({ page }) => {
    await open(page, stage.server(), '/audit');
    const table = page.getByRole('table', { name: 'Audit trail' });
    await table.getByText('host.vouch').first().waitFor();
    await table.getByText(`our gateway ${HOSTILE.markup}`).waitFor();
  }),
);

test(
  'a reader sees everything and no control that writes',
  act({ as: 'reader' }, async ({ page }) => {
    const id = stage.server().seeded!.findings[0]!.id;
    const writes =
      /^(?:Archive(?!d)|Actions|Suppress|Feedback|New rule|New key|Resend|Send a sample|Add a|Say something|Edit|Delete|Revoke|Remove|Create)/;
    for (const at of [
      '/',
      '/findings',
      `/findings/${id}`,
      `/findings/${id}/suppress`,
      '/hosts?state=all',
      '/rules',
      '/lists',
      '/sources',
      '/outlets',
      '/keys',
      '/audit',
      '/start',
    ]) {
      await open(page, stage.server(), at);
      await settled(page);
      assert.equal(await page.getByRole('button', { name: writes }).count(), 0, `buttons on ${at}`);
      assert.equal(await page.getByRole('main').getByRole('checkbox').count(), 0, `checkboxes on ${at}`);
    }
  }),
);
