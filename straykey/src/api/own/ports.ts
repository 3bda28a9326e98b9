import type { Finding } from '../../findings/index.ts';
import type { Statement } from '../../statements/index.ts';
import type { Store } from '../../store/index.ts';
import type { HostFacts } from '../../where/index.ts';
import type { Authenticator } from '../signing/index.ts';
import type { OutletTest, SourceStatus } from './contract.ts';
import type { Sessions } from './sessions.ts';

/** What the own API works with; serve hands it in. */
export interface OwnApiPorts {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A fresh id for a statement. */
  readonly newId: () => string;
  readonly accountId: string;
  readonly region: string;
  readonly detectorId: string;
  /** Of Straykey. */
  readonly version: string;
  readonly sessions: Sessions;
  /** Made by `withSessions`, so that it knows the console too. Credential scopes name the service `guardduty`. */
  readonly authenticator: Authenticator;
  /** So many random bytes from a source fit for secrets. */
  readonly random: (bytes: number) => Uint8Array;
  /** 32 bytes that seal access keys. */
  readonly encryptionKey: Uint8Array;
  readonly sources: () => readonly SourceStatus[];
  /** As configured. */
  readonly outlets: readonly { readonly name: string; readonly type: string }[];
  /** Sends a marked sample by an outlet, now. */
  readonly outletTest: (name: string) => Promise<OutletTest>;
  /** Kind of oddity to what it means, from the catalogues of every stage. */
  readonly oddityMeanings: ReadonlyMap<string, string>;
  readonly hostFacts: (address: string) => HostFacts;
  /** The argument for a finding as text for people. */
  readonly explain: (finding: Finding) => string;
  /** Called after a statement was stored, so that what it speaks of is judged anew. */
  readonly statementsChanged: (statement: Statement) => Promise<void>;
  /** Feeds the demo organisation's trail to the engine; absent where there is no engine. */
  readonly startDemo?: () => Promise<void>;
  /** Faults that are ours; the client learns only that there was one. */
  readonly failed: (error: unknown, request: string) => void;
}
