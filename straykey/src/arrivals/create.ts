import { basename } from 'node:path';
import type { Config } from '../config/index.ts';
import { parseS3Address, type SourceObject } from '../sources/index.ts';
import { folderSource, folderWord } from './folder.ts';
import { arrivalLimits } from './limits.ts';
import type { LiveSource } from './port.ts';
import type { ArrivalPorts } from './ports.ts';
import { s3ListingSource } from './s3-listing.ts';
import { sqsSource } from './sqs.ts';
import { stdinSource } from './stdin.ts';

type SourceConfig = Config['sources'][number];

/** The live sources of a configuration, in its order. Nothing is opened until their deliveries are drawn. */
export function createLiveSources(
  configs: readonly SourceConfig[],
  ports: Omit<ArrivalPorts, 'limits'> & { readonly limits?: Partial<ArrivalPorts['limits']> },
): LiveSource[] {
  const whole: ArrivalPorts = { ...ports, limits: { ...arrivalLimits, ...ports.limits } };
  const names = namesFor(configs);
  return configs.map((config, index) => createOne(config, names[index]!, whole));
}

function createOne(config: SourceConfig, name: string, ports: ArrivalPorts): LiveSource {
  switch (config.type) {
    case 'sqs':
      return sqsSource({ ...config, name }, ports);
    case 's3':
      return s3ListingSource({ ...config, name }, ports);
    case 'folder':
      return folderSource({ ...config, name }, ports);
    case 'stdin':
      return stdinSource(name, ports);
  }
}

/** Configured names, or words made of what is read; a number behind those that come twice. They stay the same as long as the configuration does. */
export function namesFor(configs: readonly SourceConfig[]): string[] {
  const taken = new Set<string>();
  return configs.map((config) => {
    const wanted = config.name ?? wordFor(config);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    taken.add(name);
    return name;
  });
}

function wordFor(config: SourceConfig): string {
  const word = (text: string | undefined): string =>
    `${config.type}-${text ?? ''}`.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64);
  switch (config.type) {
    case 'sqs':
      return word(basename(config.queueUrl));
    case 's3':
      return word(parseS3Address(config.url)?.bucket);
    case 'folder':
      return word(folderWord(config.path));
    case 'stdin':
      return 'stdin';
  }
}

/**
 * An object again by its origin, whichever source it came from. Where several could have brought it (two queues with different roles), the next is
 * tried when one is refused. `undefined`: no source of now can have brought it, or its copy is gone.
 */
export function reopen(sources: readonly LiveSource[], origin: string): SourceObject | undefined {
  const candidates = sources.flatMap((source) => source.reopen(origin) ?? []);
  return candidates.length < 2 ? candidates[0] : new OneOf(candidates);
}

/** What another way to the same object may do better. */
const REFUSED: ReadonlySet<string> = new Set([
  'access-denied',
  'no-credentials',
  'bucket-not-found',
  'vanished',
  'wrong-region',
]);

class OneOf implements SourceObject {
  readonly origin: string;
  readonly again = true;
  readonly #candidates: readonly SourceObject[];

  constructor(candidates: readonly SourceObject[]) {
    this.origin = candidates[0]!.origin;
    this.#candidates = candidates;
  }

  async *open(): AsyncGenerator<Uint8Array, void, void> {
    for (const [index, candidate] of this.#candidates.entries()) {
      let begun = false;
      try {
        for await (const piece of piecesOf(candidate)) {
          begun = true;
          yield piece;
        }
        return;
      } catch (error) {
        const last = index === this.#candidates.length - 1;
        if (begun || last || !REFUSED.has(candidate.explain(error).kind)) throw error;
      }
    }
  }

  explain(error: unknown) {
    return this.#candidates.at(-1)!.explain(error);
  }
}

async function* piecesOf(object: SourceObject): AsyncGenerator<Uint8Array, void, void> {
  const opened = object.open();
  if (!('read' in opened)) {
    yield* opened;
    return;
  }
  const room = Buffer.allocUnsafeSlow(256 * 1024);
  try {
    for (let read = opened.read(room); read > 0; read = opened.read(room)) yield room.subarray(0, read);
  } finally {
    opened.close();
  }
}
