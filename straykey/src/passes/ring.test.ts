import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RingReader, RingWriter, ringMemory } from './ring.ts';

test('pieces come out as they were put in, whoever runs ahead', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 31 }), { maxLength: 40 }), (turns) => {
      const memory = ringMemory();
      const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
      let written = 0;
      let read = 0;
      // At each turn as many pieces are written as fit, at most, and some of them read.
      for (const ahead of turns) {
        while (written - read < 32) writer.write(written % 3, Uint8Array.of(written & 255, ++written >> 8));
        while (written - read > ahead) {
          const piece = reader.next(0)!;
          assert.deepEqual([piece.kind, ...piece.bytes], [read % 3, read & 255, (read + 1) >> 8]);
          read++;
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('an empty ring gives nothing after the time to wait', () => {
  assert.equal(new RingReader(ringMemory()).next(1), undefined);
});
