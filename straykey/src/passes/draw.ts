import type { SourceObject } from '../sources/index.ts';

/** An object, and the number that tells it from every other in the whole input. */
export interface Numbered {
  readonly file: number;
  readonly object: SourceObject;
}

/** One iterator that several readers draw from, in turns. */
export interface Draw {
  draw(most: number): Promise<Numbered[]>;
}

export function drawFrom(objects: Iterable<SourceObject> | AsyncIterable<SourceObject>): Draw {
  const iterator = Symbol.asyncIterator in objects ? objects[Symbol.asyncIterator]() : objects[Symbol.iterator]();
  let file = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const drawNow = async (most: number): Promise<Numbered[]> => {
    const batch: Numbered[] = [];
    while (batch.length < most) {
      const next = await iterator.next();
      if (next.done) break;
      batch.push({ file: file++, object: next.value });
    }
    return batch;
  };
  return {
    draw(most) {
      const mine = turn.then(() => drawNow(most));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}
