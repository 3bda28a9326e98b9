import { createHash } from 'node:crypto';
import type { ArrivedObject, Delivery } from '../../straykey/src/arrivals/index.ts';
import type { Tables } from '../../straykey/src/cli/rim.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { Engine, type EnginePorts } from '../../straykey/src/live/index.ts';
import { alone } from '../../straykey/src/passes/index.ts';
import { scan } from '../../straykey/src/pipeline.ts';
import { presented, type Store } from '../../straykey/src/store/index.ts';

/** Objects by origin: what a bucket holds. */
export type Bucket = ReadonlyMap<string, Buffer>;

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An object in memory: the bytes are real, the transport is not what these tests are about. */
export function objectOf(origin: string, bytes: Buffer): ArrivedObject {
  return {
    origin,
    identity: origin,
    size: bytes.length,
    again: true,
    readWhole: () => bytes,
    async *open() {
      yield bytes;
    },
    explain: (error) => ({ kind: 'unreadable-file', reason: String(error) }),
  };
}

export interface Acknowledged {
  readonly done: string[];
  readonly released: string[];
}

export function deliveryOf(origins: readonly string[], bucket: Bucket, acknowledged: Acknowledged): Delivery {
  const id = origins.join(' ');
  return {
    id,
    objects: origins.map((origin) => objectOf(origin, bucket.get(origin)!)),
    receivedAt: 0,
    done: async () => void acknowledged.done.push(id),
    release: async () => void acknowledged.released.push(id),
    failed: async () => 'dead',
  };
}

/** One clock for all engines of a test. */
let clock = Date.UTC(2026, 10, 23);

/** The engine over a store, with neither rules nor outlets. */
export function engineOver(
  store: Store,
  bucket: Bucket,
  tables: Tables,
  more: Partial<EnginePorts> = {},
): { readonly engine: Engine; readonly ports: EnginePorts } {
  const ports: EnginePorts = {
    store,
    now: () => ++clock,
    tables: tables.places,
    hostFacts: tables.hostFacts,
    digest,
    learning: { mode: 'on' },
    reopen: (origin) => {
      const bytes = bucket.get(origin);
      return bytes && objectOf(origin, bytes);
    },
    screen: async () => () => ({ counters: [] }),
    trusted: async () => () => undefined,
    notify: async () => {},
    watch: {
      oddity: () => {},
      ingested: () => {},
      judged: () => {},
      trouble: (what, error) => {
        throw new Error(what, { cause: error });
      },
    },
    ...more,
  };
  return { engine: new Engine(ports), ports };
}

/** What the store holds, in `scan`'s order. */
export async function storedFindings(store: Store): Promise<Finding[]> {
  const page = await store.findings.page({ where: [], orderBy: 'createdAt', descending: false, limit: 10_000 });
  return page.map(presented);
}

/** One-pass `scan` of the same objects. */
export async function scanned(bucket: Bucket, tables: Tables): Promise<readonly Finding[]> {
  const passes = alone(tables.places, { oddity: () => {}, progress: () => {} });
  const ports = { passes, tables: tables.places, hostFacts: tables.hostFacts, digest };
  const objects = [...bucket].map(([origin, bytes]) => objectOf(origin, bytes));
  const { findings } = await scan(objects, ports, { learning: { mode: 'on', feedbackFor: () => [] } });
  return findings;
}

/** `function host count`: a difference here says more than thousands of letters of JSON. */
export function inOneLine({ resource, service }: Finding): string {
  const { ipAddressV4, ipAddressV6 } = service.action.awsApiCallAction.remoteIpDetails;
  const name = resource.lambdaDetails?.functionName ?? resource.accessKeyDetails.userName;
  return `${name} ${ipAddressV4 ?? ipAddressV6} ${service.count}`;
}
