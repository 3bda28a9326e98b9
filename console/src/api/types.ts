/** What the API publishes. Types only: nothing of the product's code is in the console. */
export type {
  AuditLine,
  Coverage,
  DryRunResult,
  FindingDetail,
  FindingLine,
  HistoryEntry,
  HostLine,
  Items,
  KeyLine,
  NewKey,
  NewStatement,
  OutletLine,
  OutletTest,
  Overview,
  RuleLine,
  Session,
  SourceStatus,
  StatementLine,
  SuppressionPreview,
  TimelineEntry,
  TimelinePage,
  ViewLine,
} from '../../../straykey/src/api/own/contract.ts';
export type { Evidence, Finding } from '../../../straykey/src/findings/index.ts';
export type { Plan } from '../../../straykey/src/response/index.ts';

/** GuardDuty's finding criteria as sent: field name to condition. */
export interface Criteria {
  readonly criterion: Readonly<Record<string, Condition>>;
}

export interface Condition {
  readonly equals?: readonly string[];
  readonly notEquals?: readonly string[];
  readonly greaterThan?: number;
  readonly greaterThanOrEqual?: number;
  readonly lessThan?: number;
  readonly lessThanOrEqual?: number;
}
