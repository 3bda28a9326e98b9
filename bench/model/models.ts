import type { Settings } from '../../straykey/src/model/index.ts';
import { always, firstAddresses, seenDays, trained, UNITS } from './baselines.ts';
import { efc } from './efc.ts';
import type { Judge } from './records.ts';

export interface Contender {
  readonly id: string;
  /** As the tables print it. */
  readonly name: string;
  readonly create: () => Judge;
}

/** Seven days: GuardDuty publishes no period; a week is what products that publish one choose (MODEL.md 1.2). */
const SEEN_DAYS = 7;

export const MODELS: readonly Contender[] = [
  { id: 'always', name: 'always alert', create: always },
  ...Object.entries(UNITS).map(([unit, of]) => ({
    id: `seen, ${unit}`,
    name: `seen ${SEEN_DAYS} days, ${unit.replace(', ', ' x ')}`,
    create: () => seenDays(SEEN_DAYS, of),
  })),
  {
    id: 'trained',
    name: '30-day training (Cortex-like 14/30/7)',
    create: () => trained({ activation: 14, window: 30, dedup: 7 }),
  },
  { id: 'first address', name: 'first address per credential', create: () => firstAddresses(1) },
  { id: 'first 3 addresses', name: 'first 3 addresses per credential', create: () => firstAddresses(3) },
  { id: 'efc', name: '**Straykey**', create: () => efc() },
  { id: 'efc-ack', name: '**Straykey, loneMode ack**', create: () => efc({ loneMode: 'ack' }) },
];

/** Straykey with one thing changed: what each part is worth. */
export const VARIANTS: readonly Contender[] = [
  variant('default', {}),
  variant('base 18', { base: 18 }),
  variant('no pool', { poolUnits: 1_000_000 }),
  variant('pool of exact addresses (/32 blocks)', { poolBlock: 32 }),
  variant('pool of the whole /24', { poolBlock: 24 }),
  variant('no origin test', { split: 0 }),
  variant('runtime marker not counted', { marker: 0 }),
  variant('no vouchers', { corr: 0 }),
  variant('no facets, save sensitive calls of functions not routed', { kOrd: 0, kSens: 0, kUnmarked: 0 }),
  variant('no volume test', { volMin: 1e9, volMinLone: 1e9 }),
];

function variant(name: string, settings: Partial<Settings>): Contender {
  return { id: name, name, create: () => efc(settings) };
}
