import type { Policy } from './policies.ts';

/** `version` of this shape. Raised when a reader of the old shape would misread the new one. */
export const PLAN_VERSION = 'straykey-response/1';

/** What to do about one finding, in the order that works. Every text is printable; names inside are as recorded. */
export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly finding: {
    readonly id: string;
    readonly type: string;
    readonly title: string;
    readonly accountId: string;
    readonly region: string;
    readonly partition: string;
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly confidence: string;
  };
  /** What the evidence shows that shapes this plan, most important first. */
  readonly situation: readonly Fact[];
  readonly phases: readonly Phase[];
  readonly expected: Expected;
}

/** A fact with the values a person may want to copy. */
export interface Fact {
  readonly says: string;
  readonly values?: readonly string[];
}

export type PhaseName = 'verify' | 'contain' | 'scope' | 'eradicate' | 'recover' | 'prevent';

export interface Phase {
  readonly name: PhaseName;
  readonly title: string;
  readonly steps: readonly Step[];
}

export interface Step {
  /** `contain.close-leak`: stable, unique in a plan; the script runs a step by it. */
  readonly id: string;
  readonly does: string;
  readonly why?: string;
  /** What goes wrong when this is done at the wrong time or in the wrong way. */
  readonly trap?: string;
  readonly questions?: readonly Question[];
  readonly policy?: NamedPolicy;
  readonly commands: readonly Command[];
  /** What stops working, the healthy parts too. */
  readonly breaks?: string;
  readonly undo?: readonly Command[];
}

/** Asked of the owner; the data is what the trail already answers. */
export interface Question {
  readonly asks: string;
  readonly data: readonly Fact[];
}

export interface NamedPolicy {
  readonly name: string;
  /** IAM JSON. Placeholders in capitals are in `fill`. */
  readonly document: Policy;
  readonly fill: readonly string[];
}

/** One line of POSIX shell. */
export interface Command {
  readonly text: string;
  /** Whether it changes anything in AWS or in Straykey's statements. */
  readonly changes: boolean;
  /** Account it must run in; absent when it does not matter. */
  readonly account?: string;
  /** Placeholders in the text, to be filled in by hand. */
  readonly fill: readonly string[];
  readonly note?: string;
}

/** When the owner says yes: three ways to say so, narrowest first. */
export interface Expected {
  readonly choose: string;
  readonly ways: readonly Way[];
}

export interface Way {
  readonly id: 'vouched-host' | 'suppression-rule' | 'own-network';
  readonly title: string;
  readonly takeWhen: string;
  /** What alarms all the same. */
  readonly stillAlarms: string;
  /** What falls silent besides this finding. */
  readonly alsoSilences: string;
  /** A document to put somewhere: CreateFilter JSON, lines of `straykey.yaml`. */
  readonly document?: { readonly name: string; readonly language: 'json' | 'yaml'; readonly text: string };
  readonly commands: readonly Command[];
  readonly undo: string;
}
