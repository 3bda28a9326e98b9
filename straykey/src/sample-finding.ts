import { exercise, outsideAddresses } from './drill/index.ts';
import type { Finding } from './findings/index.ts';
import { alone } from './passes/index.ts';
import { type FindingPorts, scan } from './pipeline.ts';
import type { SourceObject } from './sources/index.ts';
import { trailText } from './trail-files.ts';

/** The finding of an invented theft, as the pipeline raises it: what an outlet or a form looks like when it matters. `now`: epoch milliseconds. */
export async function sampleFinding(ports: FindingPorts, now: number): Promise<Finding> {
  const { records } = exercise({
    seed: 1,
    accountId: '111122223333',
    functionName: 'sample-function',
    roleName: 'sample-function-role',
    region: 'eu-west-1',
    fromAddress: outsideAddresses.torExit,
    time: Math.floor(now / 1000) - 3_600,
    benignOnly: false,
  });
  const passes = alone(ports.tables, { oddity: () => {}, progress: () => {} });
  const object = inMemory(Buffer.from(trailText(records)));
  const { findings } = await scan([object], { ...ports, passes }, { learning: { mode: 'off', feedbackFor: () => [] } });
  return findings[0]!;
}

function inMemory(bytes: Uint8Array): SourceObject {
  return {
    origin: 'sample',
    again: true,
    readWhole: () => bytes,
    async *open() {
      yield bytes;
    },
    explain: (error) => ({ kind: 'unreadable-file', reason: String(error) }),
  };
}
