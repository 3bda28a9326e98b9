import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { SEEDED_NOW } from '../support/seeded-store.ts';
import { type ConsoleServer, TOKEN } from './console-server.ts';

/** A visitor with a browser of their own: what the page may never do is noted, whoever is looking. */
export interface Visitor {
  readonly page: Page;
  /** Errors of the page, requests to elsewhere, refusals by the policy: empty at the end of every visit. */
  readonly offences: string[];
  /** Lines that a test has provoked: a cut connection is an error of the browser's, told in its console. */
  forgive(pattern: RegExp): void;
  leave(): Promise<void>;
}

export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Not at all, as holder of the token, or with the reader's key. */
  readonly as?: 'nobody' | 'admin' | 'reader';
}

/** Opens the console and signs in by its own API, as the sign-in page does. */
export async function visit(browser: Browser, server: ConsoleServer, options: VisitOptions = {}): Promise<Visitor> {
  const { width = 1280, height = 900, dark = false, as = 'admin' } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(SEEDED_NOW);
  const offences = watch(context, page);
  if (as !== 'nobody') await signIn(context, server, as);
  return {
    page,
    offences,
    forgive: (pattern) => {
      for (let i = offences.length - 1; i >= 0; i--) if (pattern.test(offences[i]!)) offences.splice(i, 1);
    },
    leave: async () => {
      await context.close();
      assert.deepEqual(offences, [], 'the page did what it must not');
      assert.deepEqual(server.faults, [], 'the server failed for a reason of its own');
    },
  };
}

async function signIn(context: BrowserContext, server: ConsoleServer, as: 'admin' | 'reader'): Promise<void> {
  const { accessKeyId, secretAccessKey } = server.reader;
  const answer = await context.request.post(`${server.url}/api/v1/session`, {
    data: as === 'admin' ? { token: TOKEN } : { accessKeyId, secretAccessKey },
  });
  assert.equal(answer.status(), 200, await answer.text());
}

function watch(context: BrowserContext, page: Page): string[] {
  const offences: string[] = [];
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const near = protocol === 'data:' || protocol === 'blob:' || hostname === '127.0.0.1';
    if (!near) offences.push(`request to ${request.url()}`);
  });
  page.on('pageerror', (error) => offences.push(`page error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // How a page learns that nobody is signed in; browsers write down every answer of 400 and above.
    if (/401/.test(message.text()) && message.location().url.endsWith('/api/v1/session')) return;
    if (message.type() === 'error' || message.type() === 'warning') {
      offences.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('dialog', (dialog) => {
    offences.push(`a script of the trail ran: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return offences;
}

/** Goes to a page of the console and waits until it has its heading and nothing is loading. */
export async function open(page: Page, server: ConsoleServer, at = '/'): Promise<void> {
  await page.goto(`${server.url}/console/#${at}`);
  await settled(page);
}

export async function settled(page: Page): Promise<void> {
  // The one that is not to be seen stands there while the console asks who we are.
  await page.locator('h1:not(.away)').first().waitFor();
  // Asked from here: the page's policy lets nobody evaluate text in it.
  const loading = page.locator('[aria-busy="true"]').or(page.getByText(/^Loading/));
  while ((await loading.count()) > 0) await page.waitForTimeout(20);
}
