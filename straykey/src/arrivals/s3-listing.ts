import { parseS3Address, type S3Address, type SourceObject, setAside } from '../sources/index.ts';
import { type Access, Connection, connectS3 } from './aws.ts';
import { explainObjectError } from './explain.ts';
import { type AheadObject, FetchAhead } from './fetch-ahead.ts';
import { type Found, type Listing, polledSource, Unreachable } from './polled.ts';
import type { LiveSource } from './port.ts';
import type { ArrivalPorts } from './ports.ts';
import { findShelves, type Level, type Shelf } from './s3-shelves.ts';
import { dayOf, dayPath, markOf, SeenWindow } from './seen-window.ts';

export interface S3Settings extends Access {
  readonly name: string;
  /** `s3://bucket/prefix` */
  readonly url: string;
  /** Milliseconds between looks. */
  readonly every: number;
  /** ISO date: nothing delivered before is read. */
  readonly from?: string | undefined;
}

/**
 * Objects under a prefix, listed again and again. CloudTrail's own folders are listed from some days before the newest object on, so that late ones
 * are found; anything else is listed whole. A request for each account and region, and one for each account, at every look: for hundreds of
 * accounts use a queue.
 */
export function s3ListingSource(settings: S3Settings, ports: ArrivalPorts): LiveSource {
  return polledSource(new S3Listing(settings, ports), ports);
}

interface FoundObject extends Found {
  readonly shelf: string;
  readonly day: number;
  readonly mark: string;
}

interface Listed {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Epoch ms. */
  readonly modified: number;
}

interface Page {
  readonly objects: readonly Listed[];
  readonly next: string | undefined;
}

/** Shelves whose first pages are asked for at the same time; 8. */
const SIDE_BY_SIDE = 8;

class S3Listing implements Listing<FoundObject> {
  readonly name: string;
  readonly type = 's3';
  readonly every: number;
  readonly silentAfter: number;
  readonly #address: S3Address;
  readonly #from: number;
  readonly #ports: ArrivalPorts;
  readonly #s3: Connection<Awaited<ReturnType<typeof connectS3>>>;
  readonly #ahead: FetchAhead;
  readonly #windows = new Map<string, SeenWindow>();
  readonly #changed = new Set<string>();
  readonly #told = new Set<string>();
  /** Shelves without dates that are being listed: until the end, something older may still come. */
  readonly #unfinished = new Set<string>();

  constructor(settings: S3Settings, ports: ArrivalPorts) {
    this.name = settings.name;
    this.every = settings.every;
    this.silentAfter = ports.limits.silentAfter;
    const address = parseS3Address(settings.url);
    if (address === undefined) throw new TypeError(`expected s3://bucket/prefix, found ${settings.url}`);
    this.#address = address;
    this.#from = settings.from === undefined ? 0 : dayOf(Date.parse(settings.from));
    this.#ports = ports;
    this.#s3 = new Connection(() => connectS3(settings));
    this.#ahead = new FetchAhead(this.#s3.get, ports.limits);
  }

  /** Places are kept by shelf: what changes is written, not the whole bucket. */
  async load(): Promise<void> {
    const before = this.#placeOf('');
    for (const { source, value } of await this.#ports.store.positions.list()) {
      const window = source.startsWith(before) ? SeenWindow.fromValue(value) : undefined;
      if (window !== undefined) this.#windows.set(source.slice(before.length), window);
    }
  }

  async *look(inHand: (identity: string) => boolean, signal: AbortSignal): AsyncGenerator<FoundObject, void, void> {
    const shelves = await this.#reach(() =>
      findShelves(
        this.#address.prefix,
        (prefix) => this.#level(prefix, signal),
        (aside) => {
          if (this.#told.has(aside.what)) return;
          this.#told.add(aside.what);
          const origin = `s3://${this.#address.bucket}/${aside.what}`;
          this.#ports.tell({ kind: aside.kind, origin, reason: 'set aside by its name' });
        },
      ),
    );
    let failure: unknown;
    for (let at = 0; at < shelves.length && !signal.aborted; at += SIDE_BY_SIDE) {
      const some = shelves.slice(at, at + SIDE_BY_SIDE);
      const first = await Promise.allSettled(some.map((shelf) => this.#page(shelf, undefined, signal)));
      for (const [index, shelf] of some.entries()) {
        const page = first[index]!;
        // One that cannot be listed does not stop the others.
        if (page.status === 'rejected') failure ??= page.reason;
        else yield* this.#shelf(shelf, page.value, inHand, signal);
      }
    }
    if (failure !== undefined) throw this.#unreachable(failure);
  }

  async *#shelf(shelf: Shelf, first: Page, inHand: (identity: string) => boolean, signal: AbortSignal) {
    const window = this.#windowOf(shelf.prefix);
    if (shelf.dated === undefined) this.#unfinished.add(shelf.prefix);
    for (let page = first; ; ) {
      for (const listed of page.objects) {
        const found = this.#found(shelf, listed);
        if (found !== undefined && !window.has(found.day, found.mark) && !inHand(found.identity)) yield found;
      }
      const { next } = page;
      if (next === undefined || signal.aborted) break;
      page = await this.#reach(() => this.#page(shelf, next, signal));
    }
    if (!signal.aborted) this.#unfinished.delete(shelf.prefix);
  }

  #found(shelf: Shelf, { key, size, etag, modified }: Listed): FoundObject | undefined {
    if ((size === 0 && key.endsWith('/')) || setAside(key, {}) !== undefined) return undefined;
    const { bucket } = this.#address;
    const origin = `s3://${bucket}/${key}`;
    const day = (shelf.dated === undefined ? undefined : dayIn(key.slice(shelf.dated.length))) ?? dayOf(modified);
    // CloudTrail writes an object once; elsewhere it may be replaced.
    const identity = shelf.dated === undefined && etag !== '' ? `${origin}#${etag}` : origin;
    return {
      origin,
      identity,
      eventTime: modified,
      shelf: shelf.prefix,
      day,
      mark: markOf(identity),
      open: () => this.#ahead.object(bucket, key, size, identity),
    };
  }

  done({ shelf, day, mark }: FoundObject): void {
    this.#windowOf(shelf).add(day, mark);
    this.#changed.add(shelf);
  }

  places(inHand: Iterable<FoundObject>) {
    const oldest = new Map<string, number>();
    for (const { shelf, day } of inHand) oldest.set(shelf, Math.min(day, oldest.get(shelf) ?? day));
    const { limits, now } = this.#ports;
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed.map((shelf) => {
      const window = this.#windowOf(shelf);
      if (!this.#unfinished.has(shelf)) {
        window.advance({
          lateDays: limits.lateDays,
          most: limits.keysRemembered,
          keepFrom: oldest.get(shelf) ?? Number.POSITIVE_INFINITY,
          today: dayOf(now()),
        });
      }
      return { source: this.#placeOf(shelf), value: window.toValue() };
    });
  }

  reopen(origin: string): SourceObject | undefined {
    const { bucket, prefix } = this.#address;
    const start = `s3://${bucket}/`;
    return origin.startsWith(start + prefix) && origin.length > start.length
      ? (this.#ahead.later(bucket, origin.slice(start.length)) satisfies AheadObject)
      : undefined;
  }

  async close(): Promise<void> {
    await this.#s3.close();
  }

  #windowOf(shelf: string): SeenWindow {
    const known = this.#windows.get(shelf) ?? new SeenWindow(this.#from);
    this.#windows.set(shelf, known);
    return known;
  }

  #placeOf(shelf: string): string {
    return `${this.name}:s3://${this.#address.bucket}/${shelf}`;
  }

  async #page(shelf: Shelf, token: string | undefined, signal: AbortSignal): Promise<Page> {
    const { api, client } = await this.#s3.get();
    const { open } = this.#windowOf(shelf.prefix);
    const start = shelf.dated === undefined || open <= 0 ? {} : { StartAfter: shelf.dated + dayPath(open) };
    const command = new api.ListObjectsV2Command({
      Bucket: this.#address.bucket,
      Prefix: shelf.prefix,
      ...(shelf.shallow ? { Delimiter: '/' } : {}),
      ...(token === undefined ? start : { ContinuationToken: token }),
    });
    const answer = await client.send(command, { abortSignal: signal });
    const objects = (answer.Contents ?? []).map(({ Key, Size, ETag, LastModified }) => ({
      key: Key ?? '',
      size: Size ?? 0,
      etag: ETag ?? '',
      modified: LastModified?.getTime() ?? 0,
    }));
    return { objects, next: answer.IsTruncated ? answer.NextContinuationToken : undefined };
  }

  async #level(prefix: string, signal: AbortSignal): Promise<Level> {
    const { api, client } = await this.#s3.get();
    const folders: string[] = [];
    let hasObjects = false;
    let token: string | undefined;
    do {
      const command = new api.ListObjectsV2Command({
        Bucket: this.#address.bucket,
        Prefix: prefix,
        Delimiter: '/',
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      const answer = await client.send(command, { abortSignal: signal });
      folders.push(...(answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
      hasObjects ||= (answer.Contents ?? []).some(({ Key }) => Key !== prefix);
      token = answer.IsTruncated ? answer.NextContinuationToken : undefined;
    } while (token !== undefined);
    return { folders, hasObjects };
  }

  async #reach<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): Unreachable {
    return new Unreachable(explainObjectError(error, { bucket: this.#address.bucket }).reason, { cause: error });
  }
}

/** The day that a key under a region's folder begins with. */
function dayIn(rest: string): number | undefined {
  const found = /^(\d{4})\/(\d{2})\/(\d{2})\//.exec(rest);
  return found === null ? undefined : dayOf(Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3])));
}
