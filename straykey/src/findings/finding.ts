import type { FindingType } from './case.ts';

/**
 * GuardDuty's raw finding (EventBridge `detail`, S3 export, console "JSON"): lowerCamel, `schemaVersion` "2.0", only the members
 * this family fills. Member order is the order of real findings and is part of the contract: equal findings are equal bytes.
 *
 * Times are ISO 8601 UTC with milliseconds. Text is as recorded in the trail and so may be attacker-chosen: escape it for the medium
 * that shows it. Source: the GuardDuty user guide and the service model 2017-11-28.
 */
export interface Finding {
  readonly schemaVersion: '2.0';
  /** The credential's account. */
  readonly accountId: string;
  /** The region the credential was issued in, else the one of the first call. */
  readonly region: string;
  readonly partition: string;
  /** 32 lowercase hex digits, see `findingId`. */
  readonly id: string;
  readonly arn: string;
  readonly type: FindingType;
  readonly resource: Resource;
  readonly service: Service;
  /** 1 to 10; 8 is High. */
  readonly severity: number;
  /** Equal to `service.eventFirstSeen`: no wall clock enters a finding, so that the same records give the same bytes. */
  readonly createdAt: string;
  /** Equal to `service.eventLastSeen`. */
  readonly updatedAt: string;
  readonly title: string;
  readonly description: string;
}

export interface Resource {
  readonly resourceType: 'AccessKey';
  /** Of the newest alarming call. */
  readonly accessKeyDetails: {
    readonly accessKeyId: string;
    /** `AROA…:session`. */
    readonly principalId: string;
    /** The role's name: what must be revoked. */
    readonly userName: string;
    readonly userType: 'AssumedRole';
  };
  readonly lambdaDetails?: {
    /** Absent for Lambda's control plane, whose sessions belong to a role. */
    readonly functionArn?: string;
    readonly functionName?: string;
    readonly functionVersion?: string;
    /** ARN of the execution role; absent when no record spells it. */
    readonly role?: string;
  };
  readonly ecsClusterDetails?: {
    readonly name: string;
    readonly arn: string;
    readonly taskDetails: { readonly arn: string };
  };
  readonly instanceDetails?: { readonly instanceId: string };
  readonly s3BucketDetails?: readonly { readonly arn: string; readonly name: string; readonly type: 'Destination' }[];
}

export interface Service {
  readonly serviceName: 'guardduty';
  readonly detectorId: string;
  readonly action: {
    readonly actionType: 'AWS_API_CALL';
    readonly awsApiCallAction: AwsApiCallAction;
  };
  readonly resourceRole: 'TARGET';
  /** `value` is JSON text of our `Evidence`; `type` names its version. The API model knows exactly these two members. */
  readonly additionalInfo: { readonly value: string; readonly type: string };
  readonly archived: boolean;
  /** Only on findings kept in a store, after UpdateFindingsFeedback. */
  readonly userFeedback?: 'USEFUL' | 'NOT_USEFUL';
  /** Alarming calls, each event id once. */
  readonly count: number;
  readonly eventFirstSeen: string;
  readonly eventLastSeen: string;
}

/** The newest alarming call; earlier ones are in the evidence. */
export interface AwsApiCallAction {
  readonly api: string;
  readonly serviceName: string;
  readonly callerType: 'Remote IP';
  readonly userAgent: string;
  /** Only on a call that failed. */
  readonly errorCode?: string;
  readonly remoteIpDetails: RemoteIpDetails;
  /** Resource type to ARN, `{}` when the record names none. */
  readonly affectedResources: Readonly<Record<string, string>>;
}

/** Only what is known: an absent member is unknown, never a placeholder. */
export interface RemoteIpDetails {
  readonly ipAddressV4?: string;
  readonly ipAddressV6?: string;
  readonly organization?: {
    readonly asn?: string;
    readonly asnOrg?: string;
    readonly isp?: string;
    readonly org?: string;
  };
  /** Country of registration of the address block, not of the caller. */
  readonly country?: { readonly countryName?: string; readonly countryCode?: string };
}
