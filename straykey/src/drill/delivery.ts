import type { Random } from './random.ts';
import type { TrailRecord } from './record.ts';

/** One file of a delivered trail: `{"Records": […]}` under the key CloudTrail gives it, gzip left to the writer. */
export interface Delivery {
  /** `AWSLogs/…/….json.gz`. */
  readonly path: string;
  readonly records: readonly TrailRecord[];
}

/** Seconds between the last call of a file and its delivery; five minutes are usual. */
const LATENESS = 300;

/** The key of a delivered file. `lastTime`: epoch seconds of its last record. An organisation's trail has one folder more. */
export function deliveryPath(
  random: Random,
  at: {
    readonly accountId: string;
    readonly region: string;
    readonly lastTime: number;
    readonly organisation?: string;
  },
): string {
  const time = new Date((at.lastTime + LATENESS) * 1000).toISOString();
  const folder = at.organisation === undefined ? '' : `${at.organisation}/`;
  const minute = `${time.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const unique = random.text(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
  const name = `${at.accountId}_CloudTrail_${at.region}_${minute}_${unique}.json.gz`;
  return `AWSLogs/${folder}${at.accountId}/CloudTrail/${at.region}/${time.slice(0, 10).replaceAll('-', '/')}/${name}`;
}

/** Spreads records over files as CloudTrail does: by account, region and time, out of order inside a file. */
export function deliver(
  random: Random,
  records: readonly TrailRecord[],
  settings: { readonly organisation?: string; readonly secondsPerFile: number },
): Delivery[] {
  const groups = new Map<string, TrailRecord[]>();
  for (const record of records) {
    const slot = Math.floor(timeOf(record) / settings.secondsPerFile);
    const key = JSON.stringify([record.recipientAccountId, record.awsRegion, slot]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups.values()].map((group) => ({
    path: deliveryPath(random, {
      accountId: String(group[0]!.recipientAccountId),
      region: String(group[0]!.awsRegion),
      lastTime: Math.max(...group.map(timeOf)),
      ...(settings.organisation === undefined ? {} : { organisation: settings.organisation }),
    }),
    records: shuffled(random, group),
  }));
}

export function timeOf(record: TrailRecord): number {
  return Date.parse(String(record.eventTime)) / 1000;
}

function shuffled(random: Random, records: readonly TrailRecord[]): TrailRecord[] {
  const left = [...records];
  return records.map(() => left.splice(random.int(left.length), 1)[0]!);
}
