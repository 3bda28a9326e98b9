import type { Document, Store } from '../../store/index.ts';
import { type MadeBy, madeBefore, madeBy } from './idempotence.ts';
import { LIST_FORMATS, type ListContents, type ListFormat, readList } from './list-formats.ts';
import { pageOf } from './pages.ts';
import { type Call, type GuardDutyPorts, ListUnreachable, type Operation } from './ports.ts';
import { oneOf, textIn } from './read-input.ts';
import { rejected, SENTENCES } from './rejection.ts';
import { type Tags, tagsIn } from './tag-rules.ts';
import type { TagShelf } from './tags.ts';

export type ListKind = 'ipset' | 'threatintelset' | 'trustedentityset' | 'threatentityset';
type Status = 'INACTIVE' | 'ACTIVATING' | 'ACTIVE' | 'ERROR' | 'DELETED';

/** What differs between the four kinds. Limits: GuardDuty's quotas, which cannot be raised. */
export interface ListSheet {
  /** Store documents: the list, and `<kind>-entries` for what is in it while it is active. */
  readonly kind: ListKind;
  /** In names of operations: `CreateIPSet`, `ListIPSets`. */
  readonly word: string;
  /** Member of replies, and label of paths with a capital. */
  readonly id: string;
  readonly ids: string;
  readonly most: number;
  readonly mostEntries: number;
  readonly trusted: boolean;
  /** GuardDuty shows times and the error's reason for entity sets only. */
  readonly telling: boolean;
}

const SHEETS: readonly ListSheet[] = [
  {
    kind: 'ipset',
    word: 'IPSet',
    id: 'ipSetId',
    ids: 'ipSetIds',
    most: 1,
    mostEntries: 2_000,
    trusted: true,
    telling: false,
  },
  {
    kind: 'threatintelset',
    word: 'ThreatIntelSet',
    id: 'threatIntelSetId',
    ids: 'threatIntelSetIds',
    most: 6,
    mostEntries: 250_000,
    trusted: false,
    telling: false,
  },
  {
    kind: 'trustedentityset',
    word: 'TrustedEntitySet',
    id: 'trustedEntitySetId',
    ids: 'trustedEntitySetIds',
    most: 1,
    mostEntries: 1_000,
    trusted: true,
    telling: true,
  },
  {
    kind: 'threatentityset',
    word: 'ThreatEntitySet',
    id: 'threatEntitySetId',
    ids: 'threatEntitySetIds',
    most: 6,
    mostEntries: 1_000,
    trusted: false,
    telling: true,
  },
];

/** Bytes of one list. Source: GuardDuty's quotas. */
const MOST_BYTES = 35 * 1024 * 1024;
/** Milliseconds that a deleted list still answers GetIPSet with DELETED: who polls for it (Terraform does) must see it. */
const DELETED_SHOWN = 600_000;
/** Milliseconds after which an activation counts as lost with its process and is begun again by whoever asks. */
const ACTIVATION_LOST = 120_000;

interface ListBody extends MadeBy {
  readonly name: string;
  readonly format: ListFormat;
  readonly location: string;
  readonly expectedBucketOwner?: string;
  readonly status: Status;
  readonly tags: Tags;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
  readonly activatingSince?: number;
  readonly deletedAt?: number;
  readonly errorDetails?: string;
  /** While active. */
  readonly entries?: number;
  readonly unusable?: number;
}

export const listOperations: Readonly<Record<string, Operation>> = Object.fromEntries(
  SHEETS.flatMap((sheet): [string, Operation][] => [
    [`Create${sheet.word}`, { write: true, run: (call) => createList(sheet, call) }],
    [`Get${sheet.word}`, { write: false, run: (call) => getList(sheet, call) }],
    [`Update${sheet.word}`, { write: true, run: (call) => updateList(sheet, call) }],
    [`Delete${sheet.word}`, { write: true, run: (call) => deleteList(sheet, call) }],
    [`List${sheet.word}s`, { write: false, run: (call) => listLists(sheet, call) }],
  ]),
);

export function listTags(kind: ListKind): TagShelf {
  return {
    read: async ({ ports }, id) => {
      const body = (await ports.store.documents.get<ListBody>(kind, id))?.body;
      return body === undefined || body.status === 'DELETED' ? undefined : body.tags;
    },
    write: async ({ ports }, id, tags) => {
      const { body } = (await ports.store.documents.get<ListBody>(kind, id))!;
      await ports.store.documents.replace(kind, id, { ...body, tags }, ports.now());
    },
  };
}

/** Lists that trust: what the engine asks. Kind, id and name of each that is active, and what is in it. */
export async function activeTrustedLists(
  store: Store,
): Promise<{ readonly name: string; readonly contents: ListContents }[]> {
  const lists: { readonly name: string; readonly contents: ListContents }[] = [];
  for (const { kind } of SHEETS.filter(({ trusted }) => trusted)) {
    for (const { id, body } of await store.documents.list<ListBody>(kind)) {
      if (body.status !== 'ACTIVE') continue;
      const contents = await store.documents.get<ListContents>(entriesKind(kind), id);
      if (contents !== undefined) lists.push({ name: body.name, contents: contents.body });
    }
  }
  return lists;
}

async function createList(sheet: ListSheet, call: Call): Promise<object> {
  const { input, caller, ports } = call;
  const made = madeBy(input);
  const at = ports.now();
  const activate = input.activate === true;
  const body: ListBody = {
    ...made,
    ...placeFrom(call),
    name: nameIn(call)!,
    format: oneOf(input, 'format', LIST_FORMATS)!,
    location: locationIn(call)!,
    status: activate ? 'ACTIVATING' : 'INACTIVE',
    ...(activate ? { activatingSince: at } : {}),
    tags: tagsIn(input),
    createdAt: at,
    updatedAt: at,
    createdBy: caller.user,
  };
  const id = await ports.store.atomically(async (store) => {
    await oneAtATime(store, sheet, at);
    const lists = (await store.documents.list<ListBody>(sheet.kind)).filter(({ body }) => body.status !== 'DELETED');
    const before = madeBefore(lists, made);
    if (before !== undefined) return before.id;
    if (lists.length >= sheet.most) throw rejected(SENTENCES.limit, `at most ${sheet.most} of this kind`);
    const fresh = ports.newId();
    await store.documents.create(sheet.kind, fresh, body, at);
    await audit(store, `${sheet.kind}.create`, call, fresh, body);
    return fresh;
  });
  if (activate) activateLater(sheet, id, ports);
  return { [sheet.id]: id };
}

async function getList(sheet: ListSheet, call: Call): Promise<object> {
  const { id, body } = await listNamed(sheet, call);
  await beginAgain(sheet, id, call.ports);
  return {
    name: body.name,
    format: body.format,
    location: body.location,
    status: body.status,
    tags: body.tags,
    ...(body.expectedBucketOwner === undefined ? {} : { expectedBucketOwner: body.expectedBucketOwner }),
    ...(sheet.telling ? { createdAt: body.createdAt / 1000, updatedAt: body.updatedAt / 1000 } : {}),
    ...(sheet.telling && body.errorDetails !== undefined ? { errorDetails: body.errorDetails } : {}),
  };
}

async function updateList(sheet: ListSheet, call: Call): Promise<object> {
  const { input, ports } = call;
  const at = ports.now();
  const name = nameIn(call);
  const location = locationIn(call);
  const id = await ports.store.atomically(async (store) => {
    const { id, body: before } = await listNamed(sheet, { ...call, ports: { ...ports, store } });
    if (before.status === 'DELETED') throw rejected(SENTENCES.notOwned);
    if (before.status === 'ACTIVATING') throw rejected(SENTENCES.inTransition);
    const wasActive = before.status === 'ACTIVE' || before.status === 'ERROR';
    const active = typeof input.activate === 'boolean' ? input.activate : wasActive;
    // A changed place is read anew; so is an active list that is activated again, which is how a changed object is taken.
    const again = active && (location !== undefined || input.activate === true || before.status === 'ERROR');
    const { activatingSince: _, errorDetails: __, ...kept } = before;
    const body: ListBody = {
      ...kept,
      ...placeFrom(call),
      ...(name === undefined ? {} : { name }),
      ...(location === undefined ? {} : { location }),
      status: again ? 'ACTIVATING' : active ? before.status : 'INACTIVE',
      ...(again ? { activatingSince: at } : {}),
      updatedAt: at,
    };
    await store.documents.replace(sheet.kind, id, body, at);
    if (!active) await store.documents.remove(entriesKind(sheet.kind), id);
    await audit(store, `${sheet.kind}.update`, call, id, body);
    return again ? id : undefined;
  });
  if (id !== undefined) activateLater(sheet, id, ports);
  return {};
}

async function deleteList(sheet: ListSheet, call: Call): Promise<object> {
  const { ports } = call;
  const at = ports.now();
  await ports.store.atomically(async (store) => {
    const { id, body } = await listNamed(sheet, { ...call, ports: { ...ports, store } });
    if (body.status === 'DELETED') throw rejected(SENTENCES.notOwned);
    if (body.status === 'ACTIVATING') throw rejected(SENTENCES.inTransition);
    const after: ListBody = { ...body, status: 'DELETED', deletedAt: at, updatedAt: at };
    await store.documents.replace(sheet.kind, id, after, at);
    await store.documents.remove(entriesKind(sheet.kind), id);
    await audit(store, `${sheet.kind}.delete`, call, id, after);
  });
  return {};
}

async function listLists(sheet: ListSheet, { input, ports }: Call): Promise<object> {
  const ids: string[] = [];
  for (const { id, body } of await ports.store.documents.list<ListBody>(sheet.kind)) {
    if (body.status !== 'DELETED') ids.push(id);
    else if (isForgotten(body, ports.now())) await ports.store.documents.remove(sheet.kind, id);
  }
  const page = pageOf(ids, input);
  return { [sheet.ids]: page.ids, ...page.more };
}

/** @throws Rejection for an unknown id, and for one that was deleted a while ago */
async function listNamed(sheet: ListSheet, { input, ports }: Call): Promise<Document<ListBody>> {
  const label = `${sheet.id.slice(0, 1).toUpperCase()}${sheet.id.slice(1)}`;
  const found = await ports.store.documents.get<ListBody>(sheet.kind, String(input[label]));
  if (found === undefined || isForgotten(found.body, ports.now())) throw rejected(SENTENCES.notOwned);
  return found;
}

function isForgotten({ deletedAt }: ListBody, now: number): boolean {
  return deletedAt !== undefined && now - deletedAt > DELETED_SHOWN;
}

/** An activation that was lost with its process is begun once more, by one of those who ask for the list. */
async function beginAgain(sheet: ListSheet, id: string, ports: GuardDutyPorts): Promise<void> {
  const lost = await ports.store.documents.get<ListBody>(sheet.kind, id);
  const at = ports.now();
  if (lost?.body.status !== 'ACTIVATING' || at - (lost.body.activatingSince ?? 0) <= ACTIVATION_LOST) return;
  const body: ListBody = { ...lost.body, activatingSince: at };
  const mine = await ports.store.documents.replace(sheet.kind, id, body, at, { version: lost.version });
  if (mine) activateLater(sheet, id, ports);
}

function activateLater(sheet: ListSheet, id: string, ports: GuardDutyPorts): void {
  const work = activate(sheet, id, ports).catch((error: unknown) => {
    ports.log.error(
      { list: id, error: String(error) },
      'A list could not be activated; it is tried again when somebody asks for it.',
    );
  });
  ports.inBackground?.(work);
}

/** Loads a list and takes it into use. A list that cannot be used becomes ERROR, with the reason, and trusts nobody. */
async function activate(sheet: ListSheet, id: string, ports: GuardDutyPorts): Promise<void> {
  const before = await ports.store.documents.get<ListBody>(sheet.kind, id);
  if (before?.body.status !== 'ACTIVATING') return;
  const read = await contentsOf(sheet, before.body, ports);
  const at = ports.now();
  await ports.store.atomically(async (store) => {
    const now = await store.documents.get<ListBody>(sheet.kind, id);
    // Somebody deleted it, or had it read again: what was loaded is not what is asked for any more. New tags do not matter.
    if (now?.body.status !== 'ACTIVATING' || now.body.activatingSince !== before.body.activatingSince) return;
    const { activatingSince: _, entries: __, unusable: ___, ...kept } = now.body;
    const body: ListBody =
      read.kind === 'contents'
        ? { ...kept, status: 'ACTIVE', entries: sizeOf(read.contents), unusable: read.contents.unusable }
        : { ...kept, status: 'ERROR', errorDetails: read.reason };
    if (!(await store.documents.replace(sheet.kind, id, body, at, { version: now.version }))) return;
    await store.documents.remove(entriesKind(sheet.kind), id);
    if (read.kind === 'contents') await store.documents.create(entriesKind(sheet.kind), id, read.contents, at);
  });
  if (read.kind === 'problem')
    ports.log.warn({ list: before.body.name, reason: read.reason }, 'A list cannot be used.');
}

type Contents =
  | { readonly kind: 'contents'; readonly contents: ListContents }
  | { readonly kind: 'problem'; readonly reason: string };

async function contentsOf(sheet: ListSheet, body: ListBody, { loadList, log }: GuardDutyPorts): Promise<Contents> {
  let bytes: Uint8Array;
  try {
    const owner = body.expectedBucketOwner;
    bytes = await loadList(body.location, { limit: MOST_BYTES, ...(owner === undefined ? {} : { owner }) });
  } catch (error) {
    if (error instanceof ListUnreachable) return { kind: 'problem', reason: error.message };
    log.error({ list: body.name, error: String(error) }, 'A list could not be loaded for a reason of ours.');
    return { kind: 'problem', reason: 'The list could not be loaded; the log says why.' };
  }
  const contents = readList(new TextDecoder().decode(bytes), body.format);
  const size = sizeOf(contents);
  if (size === 0)
    return { kind: 'problem', reason: `No address, domain or hash was found in the format ${body.format}.` };
  if (size > sheet.mostEntries) {
    return { kind: 'problem', reason: `${size} entries; at most ${sheet.mostEntries} are allowed.` };
  }
  return { kind: 'contents', contents };
}

function sizeOf({ networks, domains, hashes }: ListContents): number {
  return networks.length + domains.length + hashes.length;
}

function entriesKind(kind: ListKind): string {
  return `${kind}-entries`;
}

function nameIn({ input }: Call): string | undefined {
  return textIn(input, 'name', /^.{1,300}$/s, '1 to 300 characters');
}

function locationIn({ input }: Call): string | undefined {
  return textIn(
    input,
    'location',
    /^(?:s3|https?|file):\/\/\S{1,292}$/,
    'an s3, https, http or file address of at most 300 characters',
  );
}

function placeFrom({ input }: Call): { readonly expectedBucketOwner?: string } {
  const owner = textIn(input, 'expectedBucketOwner', /^\d{12}$/, '12 digits');
  return owner === undefined ? {} : { expectedBucketOwner: owner };
}

/** Makers of one kind wait for each other: its limit speaks of all of them. The row is only there to be locked. */
async function oneAtATime(store: Store, { kind }: ListSheet, at: number): Promise<void> {
  if (!(await store.documents.create('lock', kind, {}, at))) await store.documents.replace('lock', kind, {}, at);
}

async function audit(store: Store, action: string, { caller, ports }: Call, id: string, body: ListBody): Promise<void> {
  const { name, format, location, status } = body;
  await store.audit.append({
    at: ports.now(),
    by: caller.user,
    action,
    subject: `${action.split('.')[0]}/${id}`,
    detail: { name, format, location, status },
  });
}
