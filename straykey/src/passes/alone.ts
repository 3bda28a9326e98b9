import { createReader, type Reader } from '../records/index.ts';
import { inflatePiece, type ReadResult, readObject, type Sink, type SourceObject } from '../sources/index.ts';
import { Revisit, type SecondLook, Survey } from '../survey/index.ts';
import type { PlaceTables } from '../where/index.ts';
import {
  addCounts,
  type Counts,
  type FirstPass,
  type KindTally,
  mergeTallies,
  NOTHING_READ,
  type Passes,
  type Watch,
} from './passes.ts';

/** Reads in this thread. Holds on to the objects that may be read again, and to no others. */
export function alone(tables: PlaceTables, watch: Watch): Passes {
  const kept = new Map<number, SourceObject>();
  return {
    async survey(objects) {
      const pass = new SurveyPass(tables, watch);
      for await (const object of objects) {
        const file = pass.counts.files;
        await pass.read(file, object);
        if (pass.survey.roster.lastFile === file) kept.set(file, object);
      }
      return pass.result();
    },
    async lookAgain(look, take) {
      await rereadAll(look, kept, tables, take, watch);
    },
    async close() {},
  };
}

/** The first pass over any share of the input. */
export class SurveyPass {
  readonly survey: Survey;
  counts: Counts = NOTHING_READ;
  private readonly reader: Reader;
  private readonly watch: Watch;

  constructor(tables: PlaceTables, watch: Watch) {
    this.watch = watch;
    this.survey = new Survey(tables, watch.oddity);
    this.reader = createReader(this.survey, { inflate: inflatePiece });
  }

  /** `file` tells this object from every other in the whole input. */
  async read(file: number, object: SourceObject): Promise<void> {
    await this.readBy(file, object.origin, (sink) => readObject(object, sink, this.watch.oddity));
  }

  /** The same for an object whose bytes come another way: `pour` gives them to the sink as {@link readObject} does. */
  async readBy(file: number, origin: string, pour: (sink: Sink) => Promise<ReadResult>): Promise<void> {
    const before = this.reader.records;
    this.survey.begin(file, origin);
    const { storedBytes, bytes } = await pour(this.reader);
    this.counts = addCounts(this.counts, { files: 1, storedBytes, bytes, records: this.reader.records - before });
    this.watch.progress(this.counts);
  }

  tallies(): KindTally[] {
    const tallies = [...this.reader.tallies()].map(([number, tally]) => ({
      ...this.survey.tallyKinds[number]!,
      ...tally,
    }));
    return mergeTallies(tallies);
  }

  result(): FirstPass {
    return { survey: this.survey, counts: this.counts, tallies: this.tallies() };
  }
}

/** Oddities that say an object could not be read at all, or not to its end: another try may do better. */
export const UNREADABLE: ReadonlySet<string> = new Set([
  'vanished',
  'access-denied',
  'unreadable-file',
  'network-error',
  'no-credentials',
  'wrong-region',
  'bucket-not-found',
  'archived-object',
]);

/** The second look. What has vanished meanwhile is told; everything else wrong with the files was told by the first pass. */
export async function rereadAll(
  look: SecondLook,
  kept: ReadonlyMap<number, SourceObject>,
  tables: PlaceTables,
  take: ConstructorParameters<typeof Revisit>[2],
  watch: Watch,
): Promise<void> {
  if (look.files.length === 0) return;
  const reader = createReader(new Revisit(look.callers, tables, take), { inflate: inflatePiece });
  for (const file of look.files) {
    const object = kept.get(file);
    if (object === undefined) throw new Error(`file ${file} was noted but not kept`);
    await readObject(object, reader, (oddity) => {
      if (UNREADABLE.has(oddity.kind)) watch.oddity(oddity);
    });
  }
}
