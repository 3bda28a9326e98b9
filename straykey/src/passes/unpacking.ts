import { parentPort, workerData } from 'node:worker_threads';
import type { Oddity } from '../kit/index.ts';
import { fileObject, readObject, type Sink } from '../sources/index.ts';
import { type RingMemory, RingWriter } from './ring.ts';
import { BYTES, DONE, type Done, type Paths, READY } from './unpacked.ts';

/** Where a file's bytes go. */
class RingSink implements Sink {
  begun = false;
  readonly #ring: RingWriter;

  constructor(ring: RingWriter) {
    this.#ring = ring;
  }

  begin(): void {
    this.begun = true;
  }

  push(chunk: Uint8Array): void {
    this.#ring.write(BYTES, chunk);
  }

  end(): void {}
}

/** An unpacking thread: reads and decompresses the files it is told, and writes what comes out into the ring. */
async function unpack(paths: Paths, ring: RingWriter): Promise<void> {
  for (const path of paths) {
    const oddities: Oddity[] = [];
    const sink = new RingSink(ring);
    const result = await readObject(fileObject(path), sink, (oddity) => oddities.push(oddity));
    const done: Done = { ...result, begun: sink.begun, oddities };
    ring.write(DONE, new TextEncoder().encode(JSON.stringify(done)));
  }
}

if (parentPort !== null) {
  const ring = new RingWriter((workerData as { ring: RingMemory }).ring);
  ring.write(READY, new Uint8Array(0));
  let turn = Promise.resolve();
  // A rejection is a bug of ours: it ends the thread, and the other hears of it.
  parentPort.on('message', (paths: Paths) => {
    turn = turn.then(() => unpack(paths, ring));
  });
}
