import { destinationTags } from './destinations.ts';
import { detectorShelf } from './detectors.ts';
import { filterTags } from './filters.ts';
import { listTags } from './lists.ts';
import type { Call, Operation } from './ports.ts';
import type { Input } from './read-input.ts';
import { rejected, SENTENCES, wrong } from './rejection.ts';
import { checkTags, MOST_TAGS, type Tags, tagsIn } from './tag-rules.ts';

/** How a kind of resource keeps its tags. */
export interface TagShelf {
  /** Undefined when there is no such resource. */
  read(call: Call, id: string): Promise<Tags | undefined>;
  write(call: Call, id: string, tags: Tags): Promise<void>;
}

/** By the word in the ARN after the detector. */
const shelves: ReadonlyMap<string, TagShelf> = new Map([
  ['filter', filterTags],
  ['ipset', listTags('ipset')],
  ['threatintelset', listTags('threatintelset')],
  ['trustedentityset', listTags('trustedentityset')],
  ['threatentityset', listTags('threatentityset')],
  ['publishingDestination', destinationTags],
]);

/** Source: the service model. */
const ARN =
  /^arn:[A-Za-z_.-]{1,20}:guardduty:([A-Za-z0-9_/.-]{0,63}):(\d+):detector\/([0-9a-f]{32})(?:\/([A-Za-z]+)\/([A-Za-z0-9_.-]{1,230}))?$/;

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: {
    write: true,
    detectorless: true,
    run: async (call) => {
      const given = tagsIn(call.input);
      await change(call, (before) => ({ ...before, ...given }));
      return {};
    },
  },
  UntagResource: {
    write: true,
    detectorless: true,
    run: async (call) => {
      const keys = new Set(call.input.tagKeys as readonly string[]);
      await change(call, (before) => Object.fromEntries(Object.entries(before).filter(([key]) => !keys.has(key))));
      return {};
    },
  },
  ListTagsForResource: {
    write: false,
    detectorless: true,
    run: async (call) => {
      const { shelf, id } = await resourceOf(call);
      return { tags: (await shelf.read(call, id)) ?? {} };
    },
  },
};

async function change(call: Call, changed: (before: Tags) => Tags): Promise<void> {
  await call.ports.store.atomically(async (store) => {
    const inside: Call = { ...call, ports: { ...call.ports, store } };
    const { shelf, id } = await resourceOf(inside);
    const tags = changed((await shelf.read(inside, id)) ?? {});
    if (Object.keys(tags).length > MOST_TAGS) throw wrong('tags', `expected at most ${MOST_TAGS}`);
    checkTags(tags);
    await shelf.write(inside, id, tags);
    await store.audit.append({
      at: call.ports.now(),
      by: call.caller.user,
      action: 'tags.change',
      subject: arnIn(call.input),
      detail: { tags },
    });
  });
}

async function resourceOf(call: Call): Promise<{ readonly shelf: TagShelf; readonly id: string }> {
  const match = ARN.exec(arnIn(call.input));
  if (match === null) throw rejected(SENTENCES.badArn);
  const [, region, account, detector, kind, id] = match;
  const { ports } = call;
  if (region !== ports.region || account !== ports.accountId || detector !== ports.detectorId) {
    throw rejected(SENTENCES.notOwned);
  }
  const shelf = kind === undefined ? detectorShelf : shelves.get(kind);
  if (shelf === undefined) throw rejected(SENTENCES.badArn);
  const found = { shelf, id: id ?? detector };
  if ((await shelf.read(call, found.id)) === undefined) throw rejected(SENTENCES.noSuchResource);
  return found;
}

function arnIn(input: Input): string {
  return input.ResourceArn as string;
}
