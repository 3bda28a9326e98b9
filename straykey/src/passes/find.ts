import { createReader } from '../records/index.ts';
import { inflatePiece, readObject, type Sink, type SourceObject } from '../sources/index.ts';
import { Finder, type Found } from '../survey/index.ts';

/** Every record with that id. Files whose bytes do not hold the text of the id are read but not parsed. */
export async function findRecords(
  objects: Iterable<SourceObject> | AsyncIterable<SourceObject>,
  id: string,
): Promise<readonly Found[]> {
  const finder = new Finder(id);
  const reader = createReader(finder, { inflate: inflatePiece });
  for await (const object of objects) {
    const search = new TextSearch(id);
    await readObject(object, search, () => {});
    if (!search.found) continue;
    finder.begin(object.origin);
    await readObject(object, reader, () => {});
  }
  return finder.found;
}

/** Whether a stream of bytes holds a text, also across the borders of its pieces. */
class TextSearch implements Sink {
  found = false;
  private readonly text: Buffer;
  private tail: Buffer = Buffer.alloc(0);

  constructor(text: string) {
    this.text = Buffer.from(text);
  }

  begin(): void {}

  push(chunk: Uint8Array): void {
    if (this.found) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const border = Buffer.concat([this.tail, bytes.subarray(0, this.text.length)]);
    this.found = bytes.includes(this.text) || border.includes(this.text);
    this.tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - this.text.length)));
  }

  end(): void {}
}
