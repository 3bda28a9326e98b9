import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openStore } from '../../straykey/src/store/index.ts';
import { storeContract } from './contract.ts';
import { AT } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-store-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

storeContract({
  name: 'sqlite',
  freshUrl: async () => 'sqlite::memory:',
  newUrl: async () => `sqlite:${join(folder, `${++files}.db`)}`,
  open: (url) => openStore(url, { now: () => AT }),
});
