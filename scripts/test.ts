// Runs every test file with node:test and ends with its closing lines. Arguments are passed on (`npm test -- --test-name-pattern=…`).
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const files = globSync(['straykey/src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'], { cwd: root }).sort();
const fixedSeed = pathToFileURL(join(root, 'test', 'support', 'fixed-seed.ts')).href;
const result = spawnSync(
  process.execPath,
  [
    '--import',
    fixedSeed,
    '--test',
    '--test-reporter=spec',
    '--test-timeout=600000',
    ...process.argv.slice(2),
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(result.status ?? 1);
