#!/usr/bin/env node
// Plain JavaScript that an old Node can parse, so that an old Node gets a sentence instead of a stack trace.
// Picks, in this order: this process when its Node is new enough; the Node that the checkout installed from npm.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The range of `engines` in package.json: ^24.15.0 || >=26. */
function newEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major >= 26 || (major === 24 && minor >= 15);
}

function nodeFromNpm() {
  const name = { darwin: 'darwin', linux: 'linux', win32: 'win' }[process.platform];
  const packages = [`node-${name}-${process.arch}`, `node-bin-${name}-${process.arch}`];
  const require = nodeModule.createRequire(import.meta.url);
  for (const each of packages) {
    try {
      const root = dirname(require.resolve(`${each}/package.json`));
      const binary = join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
      if (existsSync(binary)) return binary;
    } catch {
      // not installed: a published package never brings a Node of its own
    }
  }
  return undefined;
}

if (newEnough(process.versions.node)) {
  const source = join(here, '..', 'src', 'main.ts');
  const built = join(here, '..', 'dist', 'main.js');
  const entry = existsSync(source) ? source : built;
  // In a checkout: hundreds of TypeScript files, which take longer to load than most of what is asked takes to do.
  if (entry === source) {
    // By the variable, because threads know nothing of the call.
    process.env.NODE_COMPILE_CACHE ??= join(here, '..', '..', 'node_modules', '.cache', 'straykey');
    nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  }
  const { main } = await import(pathToFileURL(entry).href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  const binary = nodeFromNpm();
  if (binary === undefined) {
    console.error(
      `straykey: expected Node 24.15 or later, found ${process.versions.node}. Install a newer Node (https://nodejs.org) and run the same command again.`,
    );
    process.exitCode = 2;
  } else {
    const result = spawnSync(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    process.exitCode = result.status ?? 1;
    if (result.signal) process.kill(process.pid, result.signal);
  }
}
