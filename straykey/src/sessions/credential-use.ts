import type { ApiCall } from '../records/index.ts';

/** Which evidence attributes a credential, strongest first (DESIGN section 3). Only these may raise a finding. */
export type Rung = 'in-scope-of' | 'issued-key' | 'issued-session' | 'log-writer';

/** What a credential was issued to. */
export interface IssuedTo {
  readonly family: 'lambda' | 'ecs' | 'ec2';
  /** ARN of the function, task or instance; built from account, region and name when no record spells it. */
  readonly arn: string;
  /** Function name, task id or instance id. */
  readonly name: string;
  readonly accountId: string;
  /** Empty when no record says. */
  readonly region: string;
  readonly version?: string;
}

/** A call under a credential that was attributed to a resource. */
export interface CredentialUse {
  readonly call: ApiCall;
  readonly rung: Rung;
  readonly issuedTo: IssuedTo;
  /** Lambda's own control plane under the role (`awslambda_…` sessions). */
  readonly platform: boolean;
  /** The sentence an analyst can argue with: which record proved it. */
  readonly proof: string;
}

/** A credential made with a stolen one: followed and listed, no finding of this type by itself. */
export interface Derived {
  /** Key that made it: the stolen one, or one derived from it. */
  readonly parentKey: string;
  /** The new key, when the record shows it. */
  readonly accessKeyId?: string;
  /** `sts:AssumeRole`, `signin:GetSigninToken`, `iam:CreateAccessKey`, … */
  readonly by: string;
  /** Role ARN or user the new credential acts as, when known. */
  readonly actsAs: string;
  /** Epoch seconds. */
  readonly time: number;
  /** 1 for children of the stolen key. */
  readonly depth: number;
  /** Calls seen under the new key in the input. */
  readonly calls: number;
}
