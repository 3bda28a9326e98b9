/**
 * Where a call came from, judged for the time of the call. `outside` is the only place that can make an OutsideAWS finding;
 * `unknown` is an answer of its own, never a quiet "outside" or "inside".
 */
export type Place =
  /** An AWS service spoke: `AWS Internal`, `*.amazonaws.com`, or on behalf with a service address. */
  | { readonly kind: 'service'; readonly name: string }
  /** Through a VPC endpoint. */
  | {
      readonly kind: 'endpoint';
      readonly owner: 'own' | 'foreign' | 'unknown';
      readonly address: string;
      readonly vpcEndpointId?: string;
      readonly accountId?: string;
    }
  /** A private address without an endpoint id: inside, worth a note. */
  | { readonly kind: 'private'; readonly address: string }
  /** A network the operator declared. */
  | { readonly kind: 'own'; readonly address: string; readonly network: string; readonly label: string }
  | {
      readonly kind: 'aws';
      readonly address: string;
      /** `published`: in AWS's own list at the event's time. `announced`: routed by one of Amazon's networks (covers BYOIP). */
      readonly basis: 'published' | 'announced';
      readonly network: string;
      readonly region?: string;
      readonly service?: string;
    }
  | {
      readonly kind: 'outside';
      readonly address: string;
      /** A `vpce-…` id beside a public address and no owner: AWS's own console endpoints look like that. */
      readonly vpcEndpointId?: string;
    }
  | {
      readonly kind: 'unknown';
      readonly text: string;
      readonly reason: 'empty' | 'malformed' | 'reserved' | 'documentation';
    };

export type PlaceKind = Place['kind'];

/** What `locate` needs of a call. */
export interface Located {
  readonly sourceIPAddress: string;
  readonly vpcEndpointId?: string;
  readonly vpcEndpointAccountId?: string;
  /** Epoch seconds. */
  readonly time: number;
  /** Accounts that count as the caller's own for endpoint ownership: the credential's and the trail's. */
  readonly accounts: readonly string[];
}
