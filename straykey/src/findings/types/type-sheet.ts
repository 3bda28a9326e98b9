import type { FindingType } from '../case.ts';
import type { Facts } from '../facts.ts';

/** What one finding type says of itself. */
export interface TypeSheet {
  readonly id: FindingType;
  /** GuardDuty's default for the type; the number consumers route on. */
  readonly severity: number;
  title(facts: Facts): string;
  description(facts: Facts): string;
  /** First thing to do, for people who read one sentence only. */
  readonly runbook: string;
  /** When the type is silent though it should speak, and the other way round. */
  readonly errs: string;
}
