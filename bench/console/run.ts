// How long a person waits for the console with 100,000 findings and 5,000 hosts in the store: node bench/console/run.ts [findings] [hosts]
// Everything real but the network: SQLite on disk, both APIs, the built files, Chromium. Goals: first view 2 s, filter 300 ms.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { buildConsole, consoleIsStale } from '../../scripts/build-console.ts';
import { type ConsoleServer, startConsole } from '../../test/console/console-server.ts';
import { visit } from '../../test/console/visit.ts';
import { launchBrowser, WITHOUT_BROWSER } from '../../test/support/browser.ts';

/** A person looks at the page before filtering it: the counting and drawing that follow the first rows are over by then. */
const LOOKS_MS = 1_000;

/** Each figure is the median of so many runs; the slowest stands beside it. */
const RUNS = 7;

interface Measure {
  readonly name: string;
  readonly goal: number;
  readonly run: (page: Page, url: string, i: number) => Promise<number>;
  /** A browser that has never been here: nothing in its cache. */
  readonly cold?: true;
}

const rows = (page: Page) => page.getByRole('grid').locator('tbody tr');

const measures: readonly Measure[] = [
  {
    name: 'overview, first visit',
    goal: 2_000,
    cold: true,
    run: (page, url) =>
      timed(async () => {
        await page.goto(`${url}/console/`);
        await page.getByRole('table', { name: 'Newest open findings' }).getByRole('link').first().waitFor();
      }),
  },
  {
    name: 'findings, first visit',
    goal: 2_000,
    cold: true,
    run: (page, url) =>
      timed(async () => {
        await page.goto(`${url}/console/#/findings`);
        await rows(page).nth(24).waitFor();
      }),
  },
  {
    name: 'hosts, first visit',
    goal: 2_000,
    cold: true,
    run: (page, url) =>
      timed(async () => {
        await page.goto(`${url}/console/#/hosts?state=all`);
        await rows(page).nth(24).waitFor();
      }),
  },
  filter('filter by function', (i) => [`orders-${i * 7}`, 1, 'exact']),
  filter('filter by network', (i) => [`185.220.${i}.0/24`, 25, 'first page']),
  filter('filter by account', () => ['444455556666', 25, 'first page']),
  {
    name: 'find a host',
    goal: 300,
    run: async (page, url, i) => {
      await page.goto('about:blank');
      await page.goto(`${url}/console/#/hosts?state=all`);
      await rows(page).nth(24).waitFor();
      await page.waitForTimeout(LOOKS_MS);
      const host = `198.51.${Math.min(i, (hosts >> 8) - 1)}.77`;
      const input = page.getByRole('searchbox', { name: 'Find hosts' });
      const took = timed(() => page.getByText('1 host', { exact: true }).first().waitFor());
      await input.fill(host);
      return await took;
    },
  },
];

function filter(name: string, what: (i: number) => readonly [text: string, rows: number, kind: string]): Measure {
  return {
    name,
    goal: 300,
    run: async (page, url, i) => {
      await page.goto('about:blank');
      await page.goto(`${url}/console/#/findings`);
      await rows(page).nth(24).waitFor();
      await page.waitForTimeout(LOOKS_MS);
      const before = await rows(page).first().innerText();
      const [text, count] = what(i);
      const input = page.getByRole('combobox', { name: 'Filter findings' });
      await input.fill(text);
      return await timed(async () => {
        await input.press('Enter');
        await rows(page).first().filter({ hasNotText: before }).or(rows(page).nth(count)).first().waitFor();
        await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
        await rows(page)
          .nth(count - 1)
          .waitFor();
      });
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function measure(each: Measure, browser: Browser, server: ConsoleServer): Promise<number[]> {
  const times: number[] = [];
  let visitor = await visit(browser, server);
  for (let i = 0; i < RUNS; i++) {
    if (each.cold && i > 0) {
      await visitor.leave();
      visitor = await visit(browser, server);
    }
    times.push(await each.run(visitor.page, server.url, i));
  }
  await visitor.leave();
  return times.sort((a, b) => a - b);
}

const findings = Number(process.argv[2] ?? 100_000);
const hosts = Number(process.argv[3] ?? 5_000);
if (consoleIsStale()) await buildConsole();
const browser = await launchBrowser();
if (browser === undefined) throw new Error(WITHOUT_BROWSER);
const seeding = performance.now();
const server = await startConsole({ findings, hosts });
process.stdout.write(
  `${findings} findings and ${hosts} hosts written in ${((performance.now() - seeding) / 1000).toFixed(1)} s\n\n`,
);
const results = [];
try {
  for (const each of measures) {
    const times = await measure(each, browser, server);
    const [median, slowest] = [times[times.length >> 1]!, times.at(-1)!];
    const line = { name: each.name, goalMs: each.goal, medianMs: Math.round(median), slowestMs: Math.round(slowest) };
    results.push(line);
    process.stdout.write(
      `${each.name.padEnd(24)} median ${String(line.medianMs).padStart(5)} ms, slowest ${String(line.slowestMs).padStart(5)} ms, goal ${each.goal} ms\n`,
    );
  }
} finally {
  await browser.close();
  await server.close();
}
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`;
writeFileSync(
  join(import.meta.dirname, 'results.json'),
  `${JSON.stringify({ machine, findings, hosts, runs: RUNS, results }, null, 2)}\n`,
);
