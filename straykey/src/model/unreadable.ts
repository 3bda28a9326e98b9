import { printable } from '../kit/index.ts';
import type { Outside } from './input.ts';
import type { Judgement } from './judgement.ts';

/**
 * The judgement of a call whose address or time cannot be read. It is not remembered, so it can never be learned: always a
 * finding, which is the safe side for something nobody can place.
 */
export function unreadable({ ip, principal, t }: Outside): Judgement {
  const unit = printable(ip, 64);
  const missing = Number.isFinite(t) ? 'an address that can be read' : 'a time that can be read';
  const text = `${printable(principal, 240)} used from ${unit}: the model needs ${missing} and remembers nothing of this call.`;
  return withoutEvidence(unit, 'NEW_HOST', missing, text);
}

/** A finding that rests on nothing learned: the host is as new as on the first day. */
export function withoutEvidence(unit: string, reason: string, missing: string, text: string): Judgement {
  return {
    finding: true,
    reasons: [reason],
    score: 50,
    scope: { kind: 'host', unit },
    explanation: {
      state: 'new',
      evidenceDays: 0,
      weight: 0,
      required: 0,
      parts: [],
      vouchingRoles: [],
      facets: [],
      insideDays: 0,
      routed: false,
      missing: [missing],
      text,
    },
  };
}
