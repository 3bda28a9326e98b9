import process from 'node:process';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { buildConsole, consoleIsStale } from '../../scripts/build-console.ts';
import { launchBrowser, WITHOUT_BROWSER } from '../support/browser.ts';
import { type ConsoleServer, startConsole } from './console-server.ts';
import { type VisitOptions, type Visitor, visit } from './visit.ts';

/** What a file of tests about the console needs: a browser, a server, and visits that end by themselves. */
export interface Stage {
  server(): ConsoleServer;
  /** Skips where this machine has no browser; otherwise visits, acts, leaves, and fails when the page did what it must not. */
  act(options: VisitOptions, story: (visitor: Visitor) => Promise<void>): (context: TestContext) => Promise<void>;
}

interface TestContext {
  skip(reason: string): void;
}

/** One server and one browser for all tests of a file. Builds the console when its sources are newer. */
export function withConsole(options: Parameters<typeof startConsole>[0] = {}): Stage {
  let server: ConsoleServer | undefined;
  let browser: Browser | undefined;
  before(async () => {
    browser = await launchBrowser();
    if (browser === undefined) return;
    if (consoleIsStale()) await buildConsole();
    server = await startConsole(options);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    server: () => server!,
    act: (visitOptions, story) => async (context) => {
      if (browser === undefined) {
        context.skip(WITHOUT_BROWSER);
        return;
      }
      const visitor = await visit(browser, server!, visitOptions);
      visitor.page.setDefaultTimeout(10_000);
      try {
        await story(visitor);
      } catch (error) {
        // What the page said on its way there explains most failures.
        if (visitor.offences.length > 0 && error instanceof Error) error.message += `\n${visitor.offences.join('\n')}`;
        if (process.env.STRAYKEY_PICTURE !== undefined)
          await visitor.page.screenshot({ path: process.env.STRAYKEY_PICTURE });
        await visitor.page.context().close();
        throw error;
      }
      await visitor.leave();
    },
  };
}
