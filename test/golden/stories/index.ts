import { attributionStories } from './attribution.ts';
import { delegationStories } from './delegation.ts';
import { placeStories } from './places.ts';
import type { Story } from './stage.ts';
import { timeStories } from './time.ts';

export type { Story, Twin } from './stage.ts';

/** Every story, sorted by name. */
export const stories: readonly Story[] = [...attributionStories, ...placeStories, ...delegationStories, ...timeStories]
  .map((tell) => tell())
  .sort((a, b) => (a.name < b.name ? -1 : 1));
