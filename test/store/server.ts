// A process that serves a store until it is killed: see serving.test.ts.
import process from 'node:process';
import { claimServing, openStore } from '../../straykey/src/store/index.ts';

const store = await openStore(process.argv[2]!, { now: Date.now });
await claimServing(store);
process.stdout.write('serving\n');
setInterval(() => {}, 1_000);
