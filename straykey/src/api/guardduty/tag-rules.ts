import type { Input } from './read-input.ts';
import { wrong } from './rejection.ts';

export type Tags = Readonly<Record<string, string>>;

/** Source: the guide. */
export const MOST_TAGS = 50;

/** A request's tags, held against AWS's limits; none when there are none. */
export function tagsIn(input: Input): Tags {
  const tags = (input.tags ?? {}) as Tags;
  if (Object.keys(tags).length > MOST_TAGS) throw wrong('tags', `expected at most ${MOST_TAGS}`);
  checkTags(tags);
  return tags;
}

export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length === 0 || key.length > 128 || /^aws:/i.test(key)) {
      throw wrong('tags', 'expected keys of 1 to 128 characters that do not begin with aws:');
    }
    if (value.length > 256) throw wrong('tags', 'expected values of at most 256 characters');
  }
}
