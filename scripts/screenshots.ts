// Makes a picture of every page of the console at 1280 and 390 pixels into the folder given: node scripts/screenshots.ts FOLDER [name…]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Page } from 'playwright-core';
import { type ConsoleServer, startConsole } from '../test/console/console-server.ts';
import { open, settled, visit } from '../test/console/visit.ts';
import { launchBrowser, WITHOUT_BROWSER } from '../test/support/browser.ts';
import { buildConsole, consoleIsStale } from './build-console.ts';

interface Shot {
  readonly name: string;
  readonly at: string;
  readonly as?: 'nobody' | 'reader';
  readonly empty?: true;
  readonly dark?: true;
  /** Below the fold too. Where the page scrolls inside a panel a picture of the window says more. */
  readonly whole?: true;
  readonly act?: (page: Page) => Promise<void>;
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node scripts/screenshots.ts FOLDER [name…]');
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(3);

if (consoleIsStale()) await buildConsole();
const browser = await launchBrowser();
if (browser === undefined) throw new Error(WITHOUT_BROWSER);
const full = await startConsole({ hosts: 60, findings: 60 });
const empty = await startConsole({ empty: true });
try {
  for (const shot of shots(full).filter(
    ({ name }) => wanted.length === 0 || wanted.some((each) => name.startsWith(each)),
  )) {
    for (const width of [1280, 390]) await take(shot, width);
  }
} finally {
  await browser.close();
  await full.close();
  await empty.close();
}

async function take(shot: Shot, width: number): Promise<void> {
  const server = shot.empty ? empty : full;
  const visitor = await visit(browser!, server, {
    width,
    height: width === 1280 ? 900 : 844,
    dark: shot.dark ?? false,
    ...(shot.as === undefined ? {} : { as: shot.as }),
  });
  await open(visitor.page, server, shot.at);
  await shot.act?.(visitor.page);
  await settled(visitor.page);
  await visitor.page.waitForTimeout(250);
  await visitor.page.screenshot({ path: join(folder!, `${shot.name}-${width}.png`), fullPage: shot.whole ?? false });
  await visitor.leave();
  process.stdout.write(`${shot.name} ${width}\n`);
}

function shots({ seeded }: ConsoleServer): readonly Shot[] {
  const id = seeded!.findings[0]!.id;
  const tab = (name: string) => async (page: Page) => page.getByRole('tab', { name }).click();
  return [
    { name: 'sign-in', at: '/', as: 'nobody' },
    { name: 'first-start', at: '/', empty: true, whole: true },
    { name: 'overview', at: '/', whole: true },
    { name: 'overview-dark', at: '/', dark: true, whole: true },
    { name: 'findings', at: '/findings' },
    { name: 'findings-reader', at: '/findings', as: 'reader' },
    { name: 'finding', at: `/findings/${id}` },
    { name: 'finding-dark', at: `/findings/${id}`, dark: true },
    { name: 'finding-timeline', at: `/findings/${id}`, act: tab('Timeline') },
    { name: 'finding-calls', at: `/findings/${id}`, act: tab('Calls') },
    { name: 'finding-keys', at: `/findings/${id}`, act: tab('Keys') },
    { name: 'finding-why', at: `/findings/${id}`, act: tab('Why it alarms') },
    { name: 'finding-plan', at: `/findings/${id}`, act: tab('Response plan') },
    { name: 'finding-history', at: `/findings/${id}`, act: tab('History') },
    { name: 'finding-json', at: `/findings/${id}`, act: tab('JSON') },
    { name: 'finding-hostile', at: `/findings/${seeded!.hostile.id}`, act: tab('Calls') },
    { name: 'suppress', at: `/findings/${id}/suppress`, whole: true },
    { name: 'hosts', at: '/hosts' },
    { name: 'hosts-all', at: '/hosts?state=all' },
    { name: 'hosts-statements', at: '/hosts?state=statements' },
    {
      name: 'hosts-say',
      at: '/hosts',
      act: async (page) => page.getByRole('button', { name: 'Say something of a host' }).click(),
    },
    { name: 'rules', at: '/rules' },
    { name: 'rules-new', at: '/rules', act: async (page) => page.getByRole('button', { name: 'New rule' }).click() },
    { name: 'lists', at: '/lists' },
    { name: 'sources', at: '/sources', whole: true },
    { name: 'outlets', at: '/outlets', whole: true },
    { name: 'keys', at: '/keys' },
    { name: 'audit', at: '/audit' },
    { name: 'audit-dark', at: '/audit', dark: true },
    { name: 'start', at: '/start', whole: true },
  ];
}
