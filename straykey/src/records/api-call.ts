import type { Identity } from './identity.ts';

/**
 * One CloudTrail record, reduced to the fields Straykey relies on. This is what flows: every later stage adds to it and
 * none changes it. Text fields are as recorded (attacker-chosen where the caller chooses them, the user agent above all).
 *
 * Source of the shapes: CloudTrail record contents, eventVersion 1.00 to 1.11.
 */
export interface ApiCall {
  /** Identity for counting: see {@link callId}. Never empty. */
  readonly id: string;
  /** The record's own `eventID`, to look it up by; empty when it has none. Copies in other accounts have others. */
  readonly eventId?: string;
  /** `eventTime` in epoch seconds (CloudTrail's resolution is one second). */
  readonly time: number;
  /** Service host name, `s3.amazonaws.com`. */
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  /** As recorded: an address, a service host name, `AWS Internal`, an anonymiser's leavings, or empty. */
  readonly sourceIPAddress: string;
  /** As recorded; S3 data events put it in square brackets. Empty when absent. */
  readonly userAgent: string;
  /** Present only on calls that failed. A failed call still proves possession of the credential. */
  readonly errorCode?: string;
  readonly readOnly?: boolean;
  /** `Management`, `Data`, `Insight`, `NetworkActivity`; absent before eventVersion 1.07. */
  readonly eventCategory?: string;
  readonly eventType?: string;
  readonly eventVersion?: string;
  /** Account whose trail holds the record. Falls back to the caller's account. Empty when neither is known. */
  readonly recipientAccountId: string;
  /** `vpce-…` as recorded; other forms (`AWS Internal`) are dropped while reading. */
  readonly vpcEndpointId?: string;
  /** Twelve digits; present since eventVersion 1.09. */
  readonly vpcEndpointAccountId?: string;
  /** S3 only: `AuthHeader`, `QueryString` (presigned). */
  readonly authenticationMethod?: string;
  /** `tlsDetails.clientProvidedHostHeader`: the endpoint the client spoke to. */
  readonly hostHeader?: string;
  readonly sessionCredentialFromConsole?: boolean;
  /** `resources[]` as type to ARN, first of each type; types such as `AWS::S3::Bucket`. */
  readonly resources: Readonly<Record<string, string>>;
  /** `addendum.reason`, when CloudTrail delivered this record late or corrected. */
  readonly addendum?: string;
  readonly identity: Identity;
  /** What this record says about credentials being made or bound; absent on ordinary calls. */
  readonly testimony?: Testimony;
}

/** Facts about credentials that only some records carry. Read off while parsing, judged in `sessions/`. */
export type Testimony =
  | Issue
  | { readonly kind: 'log-stream'; readonly functionName: string }
  | { readonly kind: 'environment-decrypt'; readonly functionArn: string }
  | {
      /** A Lambda management call that names a function: proves the function exists, nothing about a credential. */
      readonly kind: 'function-named';
      readonly functionName: string;
      readonly roleArn?: string;
      /** Whether the call's `vpcConfig` names subnets; absent when the call does not say. */
      readonly inVpc?: boolean;
    }
  | {
      /** A credential other than a role session made by this call (`GetSigninToken`, `CreateAccessKey`, …). */
      readonly kind: 'minted';
      readonly accessKeyId?: string;
      /** The IAM user a new access key belongs to; absent when the credential acts as its maker. */
      readonly userName?: string;
    };

/** An `sts:AssumeRole…` that succeeded: who asked, and the key that came back. */
export interface Issue {
  readonly kind: 'issue';
  /** Access key id in `responseElements.credentials`. Absent when redacted. */
  readonly accessKeyId?: string;
  readonly roleArn: string;
  /** `AROA…` from `responseElements.assumedRoleUser.assumedRoleId`; Lambda's own issues do not carry it. */
  readonly roleId?: string;
  readonly sessionName: string;
  /** The service that asked (`lambda.amazonaws.com`), only when the caller is of type AWSService. */
  readonly service?: string;
  /** Epoch seconds; absent when the text form could not be read. */
  readonly expiration?: number;
}
