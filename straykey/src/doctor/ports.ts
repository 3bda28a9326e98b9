import type { Config } from '../config/index.ts';
import type { Store } from '../store/index.ts';

export type SourceConfig = Config['sources'][number];
export type OutletConfig = Config['outlets'][number];

/** How to reach AWS for one thing; what is absent comes from the SDK's own chain. */
export interface Access {
  readonly region?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** Only calls that change nothing. They reject with the SDK's own errors. */
export interface AwsDoor {
  /** `serverTime`: what the answer's Date header said, epoch ms; `localTime`: our clock at that moment. */
  whoAmI(access: Access): Promise<{
    readonly account: string;
    readonly arn: string;
    readonly serverTime?: number;
    readonly localTime: number;
  }>;
  queueAttributes(url: string, access: Access): Promise<Readonly<Record<string, string>>>;
  /** Up to 100 keys below a prefix. */
  listObjects(
    bucket: string,
    prefix: string,
    access: Access,
  ): Promise<readonly { readonly key: string; readonly size: number }[]>;
  /** Reads one byte: with it S3 asks KMS. */
  readObject(bucket: string, key: string, access: Access): Promise<void>;
  headBucket(bucket: string, access: Access): Promise<void>;
  describeTrails(access: Access): Promise<readonly Trail[]>;
  trailStatus(arn: string, access: Access): Promise<TrailStatus>;
  eventSelectors(arn: string, access: Access): Promise<EventSelectors>;
  topicAttributes(arn: string, access: Access): Promise<void>;
  describeBus(name: string, access: Access): Promise<void>;
  describeHub(access: Access): Promise<void>;
  close(): void;
}

/** The members of CloudTrail's answers that are looked at. */
export interface Trail {
  readonly TrailARN?: string | undefined;
  readonly Name?: string | undefined;
  readonly S3BucketName?: string | undefined;
  readonly S3KeyPrefix?: string | undefined;
  readonly HomeRegion?: string | undefined;
  readonly IsMultiRegionTrail?: boolean | undefined;
  readonly IsOrganizationTrail?: boolean | undefined;
  readonly IncludeGlobalServiceEvents?: boolean | undefined;
  readonly LogFileValidationEnabled?: boolean | undefined;
  readonly KmsKeyId?: string | undefined;
}

export interface TrailStatus {
  readonly IsLogging?: boolean | undefined;
  readonly LatestDeliveryTime?: Date | undefined;
  readonly LatestDeliveryError?: string | undefined;
}

export interface EventSelectors {
  readonly EventSelectors?:
    | readonly {
        readonly ReadWriteType?: string | undefined;
        readonly IncludeManagementEvents?: boolean | undefined;
        readonly ExcludeManagementEventSources?: readonly string[] | undefined;
        readonly DataResources?:
          | readonly { readonly Type?: string | undefined; readonly Values?: readonly string[] | undefined }[]
          | undefined;
      }[]
    | undefined;
  readonly AdvancedEventSelectors?:
    | readonly {
        readonly FieldSelectors?:
          | readonly {
              readonly Field?: string | undefined;
              readonly Equals?: readonly string[] | undefined;
              readonly [operator: string]: unknown;
            }[]
          | undefined;
      }[]
    | undefined;
}

export interface NetworkDoor {
  /** Opens a connection and closes it. For SMTP it waits for the greeting and says goodbye. Resolves to the greeting or an empty text; rejects when nobody answers within 5 s. */
  reach(host: string, port: number, how: 'tcp' | 'tls' | 'smtp'): Promise<string>;
}

export interface DoctorPorts {
  readonly config: Config;
  /** Where the settings came from, as a person would say it. */
  readonly configFrom: string;
  readonly dataDir: string;
  readonly storeUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Opens the store; makes it where it is not there yet, so ask only for one that is. */
  readonly openStore: (url: string) => Promise<Store>;
  /** The secret behind `env:NAME` or `file:/path`; throws a sentence that names the reference only. */
  readonly secret: (reference: string) => string;
  readonly addressData: () => AddressData | { readonly kind: 'unusable'; readonly reason: string };
  readonly aws: AwsDoor;
  readonly network: NetworkDoor;
}

/** Times in epoch seconds. */
export interface AddressData {
  readonly kind: 'state';
  readonly list?: { readonly versions: number; readonly newest: number };
  readonly announced: { readonly time: number };
}
