import type { SeedResult } from './measure.ts';
import { createMeasure } from './measure.ts';
import type { Contender } from './models.ts';
import type { Row } from './report.ts';
import type { WorldSettings } from './settings.ts';
import { simulate } from './simulate.ts';
import { summarise } from './summary.ts';

export interface Comparison {
  readonly rows: readonly Row[];
  /** Of the simulated streams, all seeds together. */
  readonly outsideCalls: number;
  readonly insideRecords: number;
}

/** All contenders on the same streams, seed by seed, day by day: no more than one day of one seed is held. */
export function compare(
  settings: WorldSettings,
  seeds: readonly number[],
  contenders: readonly Contender[],
  progress: (text: string) => void = () => {},
): Comparison {
  const results = contenders.map((): SeedResult[] => []);
  let outsideCalls = 0;
  let insideRecords = 0;
  for (const [turn, seed] of seeds.entries()) {
    const { campaigns, days } = simulate(settings, seed, turn);
    const runs = contenders.map(({ create }) => ({ judge: create(), measure: createMeasure(settings, campaigns) }));
    for (const { uses, inside } of days()) {
      outsideCalls += uses.length;
      insideRecords += inside.length;
      for (const { judge, measure } of runs) {
        let next = 0;
        for (const use of uses) {
          while (next < inside.length && inside[next]!.record.t <= use.event.t) judge.inside(inside[next++]!);
          measure.record(use, judge.outside(use.event));
        }
        while (next < inside.length) judge.inside(inside[next++]!);
        measure.endOfDay();
      }
    }
    for (const [i, { measure }] of runs.entries()) results[i]!.push(measure.result());
    progress(`seed ${turn + 1} of ${seeds.length} done`);
  }
  const rows = contenders.map(({ id, name }, i) => ({ id, name, summary: summarise(results[i]!) }));
  return { rows, outsideCalls, insideRecords };
}
