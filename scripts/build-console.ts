// Builds console/ into straykey/console-dist: static files that the product serves at /console/. `npm run build` runs it; so do the
// console's tests when the files are older than their sources.
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'vite';
import config from '../console/vite.config.ts';

const root = join(import.meta.dirname, '..');

/** Folder of the built files. */
export const consoleDist = join(root, 'straykey', 'console-dist');

export async function buildConsole(): Promise<void> {
  await build({ ...config, configFile: false, logLevel: 'warn' });
}

/** True when nothing was built yet or something was changed since. */
export function consoleIsStale(): boolean {
  const built = statSync(join(consoleDist, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(['src/**/*', 'public/*', 'index.html', 'vite.config.ts', 'package.json'], {
    cwd: join(root, 'console'),
  });
  return sources.some((file) => statSync(join(root, 'console', file)).mtimeMs > built);
}

if (process.argv[1] === import.meta.filename) {
  const before = performance.now();
  await buildConsole();
  process.stdout.write(`console built in ${((performance.now() - before) / 1000).toFixed(1)} s: ${consoleDist}\n`);
}
