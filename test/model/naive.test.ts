import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createModel, type Judgement } from '../../straykey/src/model/index.ts';
import { NaiveModel, type NaiveVerdict } from './naive.ts';
import { streamOf } from './stream.ts';

describe('a second implementation, written plainly', () => {
  for (const [seed, days] of [
    [1, 75],
    [2, 40],
  ] as const) {
    it(`agrees on every verdict of random stream ${seed} over ${days} days`, () => {
      const stream = streamOf(seed, days);
      const model = createModel();
      for (const inside of stream.inside) model.observeInside(inside);
      for (const statement of stream.feedback) model.feedback(statement);
      const naive = new NaiveModel(stream.outside, stream.inside, stream.feedback);
      const reasons = new Set<string>();
      for (const { event, judgement } of model.judgeAll(stream.outside)) {
        assert.deepEqual(comparable(judgement), naive.judge(event), JSON.stringify(event));
        for (const reason of judgement.reasons) reasons.add(reason.split(':')[0]!);
      }
      if (seed === 1) assert.ok(reasons.size >= 12, `the stream meets too few rules: ${[...reasons]}`);
    });
  }
});

function comparable({ explanation, finding, reasons, score, scope }: Judgement): NaiveVerdict {
  const { evidenceDays, required, vouchingRoles, weight } = explanation;
  return {
    finding,
    reasons,
    score,
    evidenceDays,
    weight,
    required: evidenceDays > 0 ? required : Number.NaN,
    scope: scope.kind === 'host' ? scope.unit : scope.network,
    vouchers: vouchingRoles.length,
  };
}
