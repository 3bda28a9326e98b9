import { createModel, type Judgement, type Settings } from '../../straykey/src/model/index.ts';
import type { Judge } from './records.ts';

/** Straykey's own model, online: each use is judged as it comes in. Nobody ever acknowledges anything. */
export function efc(settings: Partial<Settings> = {}): Judge {
  const model = createModel(settings);
  let today = 0;
  return {
    inside: ({ record }) => model.observeInside(record),
    outside(event) {
      const day = Math.floor(event.t / 86_400);
      if (day !== today) {
        model.prune(day);
        today = day;
      }
      const judgement = model.judge(event);
      return { finding: judgement.finding, reasons: judgement.reasons, key: findingKey(event.principal, judgement) };
    },
  };
}

/** MODEL.md 2.6: (principal, unit), or (principal, network) when the scope is a pool. */
function findingKey(principal: string, { scope }: Judgement): string {
  return `${principal}|${scope.kind === 'pool' ? scope.network : scope.unit}`;
}
