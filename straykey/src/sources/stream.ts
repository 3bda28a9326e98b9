import { explainFileError } from './file.ts';
import type { Problem, Source, SourceObject } from './source.ts';
import { Spool } from './spool.ts';

/**
 * One stream that can be read only once: standard input, or a pipe given by its path (`<(zcat …)`). A copy is kept
 * while it is first read, so the object may be read again: whatever the first reading took, the later ones give.
 */
export function streamSource(name: string, openStream: () => AsyncIterable<Uint8Array>): Source {
  const spool = new Spool();
  let taken = false;
  async function* first(): AsyncGenerator<Uint8Array, void, void> {
    taken = true;
    for await (const piece of openStream()) {
      spool.keep(piece);
      yield piece;
    }
  }
  async function* kept(): AsyncGenerator<Uint8Array, void, void> {
    yield* spool.pieces();
  }
  const object: SourceObject = {
    origin: name,
    again: true,
    open: () => (taken ? kept() : first()),
    explain: explainStreamError,
  };
  return { name, list: () => [object], dispose: () => spool.dispose() };
}

function explainStreamError(error: unknown): Problem {
  const { reason } = explainFileError(error);
  return { kind: 'unreadable-file', reason: `the stream, or the copy kept of it, could not be read (${reason})` };
}
