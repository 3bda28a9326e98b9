// Compiles straykey/src to straykey/dist: plain JavaScript with declarations, what the published package runs.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'straykey', 'dist'), { recursive: true, force: true });
const result = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
);
if (result.status !== 0) process.exit(result.status ?? 1);
for (const file of ['LICENSE', 'NOTICE', 'README.md']) cpSync(join(root, file), join(root, 'straykey', file));
