import {
  createModel,
  type Inside,
  type JudgedEvent,
  join,
  type Model,
  type Outside,
  restore,
  type Settings,
} from '../../straykey/src/model/index.ts';
import { randomOf } from './scenario.ts';
import type { Stream } from './stream.ts';

/** How records reach the model. */
export interface Way {
  readonly seed: number;
  /** Greatest delay, seconds. */
  readonly late: number;
  /** Each record comes one to so many times. */
  readonly copies: number;
  readonly shards: number;
  readonly settings?: Partial<Settings>;
}

/** Delivers a stream record by record and judges each use as it comes, shards exchanging what they learned once a day. */
export function deliver(stream: Stream, { copies, late, seed, settings = {}, shards }: Way): JudgedEvent[] {
  const random = randomOf(seed);
  const records: readonly (Outside | Inside)[] = [...stream.inside, ...stream.outside];
  const deliveries = records.flatMap((record) =>
    Array.from({ length: 1 + Math.floor(random() * copies) }, () => ({ record, at: record.t + random() * late })),
  );
  deliveries.sort((a, b) => a.at - b.at);
  const models = Array.from({ length: shards }, () => createModel(settings));
  for (const model of models) for (const statement of stream.feedback) model.feedback(statement);
  const judged: JudgedEvent[] = [];
  let day = Number.NaN;
  for (const { at, record } of deliveries) {
    const today = Math.floor(at / 86_400);
    if (today !== day) exchange(models);
    day = today;
    const model = models[shardOf(record.principal, shards)]!;
    if ('inside' in record) model.observeInside(record);
    else judged.push({ event: record, judgement: model.judge(record) });
  }
  return judged;
}

/** As history, in one go. */
export function batch(stream: Stream, settings: Partial<Settings> = {}): JudgedEvent[] {
  const model = createModel(settings);
  for (const statement of stream.feedback) model.feedback(statement);
  for (const inside of stream.inside) model.observeInside(inside);
  return model.judgeAll(stream.outside);
}

function exchange(models: Model[]): void {
  if (models.length === 1) return;
  const all = models.reduce((a, b) => join(a, b));
  const state = all.snapshot();
  for (const at of models.keys()) models[at] = restore(state, all.settings);
}

function shardOf(principal: string, shards: number): number {
  return [...principal].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1009, 7) % shards;
}
