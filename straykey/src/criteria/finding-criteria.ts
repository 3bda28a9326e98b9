/** GuardDuty's FindingCriteria, wire form: a finding matches when every field's every condition holds. */
export interface FindingCriteria {
  readonly criterion: Readonly<Record<string, Condition>>;
}

/**
 * Conditions on one field. Values are text, numbers and booleans too (`"8"`, `"true"`); orders take whole numbers, times in epoch
 * milliseconds. `eq` to `lte` are deprecated names that mean the same.
 */
export interface Condition {
  readonly equals?: readonly string[];
  readonly notEquals?: readonly string[];
  readonly greaterThan?: number;
  readonly greaterThanOrEqual?: number;
  readonly lessThan?: number;
  readonly lessThanOrEqual?: number;
  readonly matches?: readonly string[];
  readonly notMatches?: readonly string[];
  readonly eq?: readonly string[];
  readonly neq?: readonly string[];
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/** Why criteria or a rule cannot be used. */
export interface Problem {
  /** What it is about: a field, or a member of a filter. */
  readonly about: string;
  /** GuardDuty's own sentence, to the letter; clients compare it. */
  readonly message: string;
  /** What was expected and what was found. */
  readonly detail: string;
}

/** GuardDuty's sentences. Source: replies seen by users of its SDKs and of Terraform; the last is by analogy with `detectorId`. */
export const MESSAGES = {
  malformed: 'The request is rejected because the JSON could not be processed',
  invalid: 'The request is rejected because the one or more input parameters have invalid values.',
  parameter: (name: string) => `The request is rejected because the parameter ${name} has an invalid value.`,
} as const;
