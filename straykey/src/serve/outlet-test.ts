import type { OutletTest } from '../api/own/index.ts';
import type { Finding } from '../findings/index.ts';
import { sampleMessage } from '../outlets/index.ts';
import type { Exports } from './exports.ts';

/** Sends a marked sample by one outlet, past the outbox, and says what the receiver answered. */
export async function testOutlet(name: string, exports: Exports, sample: Finding, at: number): Promise<OutletTest> {
  const sender = exports.senders.get(name);
  if (sender === undefined) return { ok: false, detail: `There is no outlet ${name}.` };
  const [result] = await sender.send([sampleMessage(sample, at)]);
  switch (result?.kind) {
    case 'delivered':
      return { ok: true, detail: result.answer };
    case 'retry':
    case 'dead':
      return { ok: false, detail: result.reason };
    case undefined:
      return { ok: false, detail: 'The sender answered nothing.' };
  }
}
