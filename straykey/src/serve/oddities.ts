import { recordOddities } from '../records/index.ts';
import { sourceOddities } from '../sources/index.ts';
import { placeOddities } from '../survey/index.ts';

/** What every kind of oddity means, from the catalogues of the stages. */
export const oddityMeanings: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...recordOddities, ...placeOddities, ...sourceOddities }).map(([kind, { means }]) => [kind, means]),
);

/** Kinds that say that an object could not be read, or not to its end: operators hear of these. */
export const unusableObjects: ReadonlySet<string> = new Set(
  Object.entries(sourceOddities).flatMap(([kind, { effect }]) => (effect === 'unusable' ? kind : [])),
);
