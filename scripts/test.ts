// Runs every test file with node:test and ends with its closing lines. Arguments are passed on (`npm test -- --test-name-pattern=…`).
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

const files = globSync(['straykey/src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts']).sort();
const result = spawnSync(
  process.execPath,
  ['--test', '--test-reporter=spec', '--test-timeout=600000', ...process.argv.slice(2), ...files],
  { stdio: 'inherit' },
);
process.exit(result.status ?? 1);
