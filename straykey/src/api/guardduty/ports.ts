import type { Store, StoredFinding } from '../../store/index.ts';
import type { Authenticator, Caller } from '../signing/index.ts';
import type { Input } from './read-input.ts';

/** The account and region that the API speaks for, and what it works with. */
export interface GuardDutyPorts {
  readonly store: Store;
  readonly authenticator: Authenticator;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** 32 lowercase hexadecimal digits, new each time. */
  readonly newId: () => string;
  readonly accountId: string;
  readonly region: string;
  /** `detectorIdOf(accountId)`. */
  readonly detectorId: string;
  readonly loadList: LoadList;
  /** Like pino's: fields, then a sentence. Never given secrets or bodies. */
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Tells the outlets of a sample finding; called in the transaction that wrote it. */
  readonly tellSample?: (store: Store, sample: StoredFinding) => Promise<void>;
  /** Work that outlives its request: loading a list. Handed over so that a server can wait for it before it ends. */
  readonly inBackground?: (work: Promise<void>) => void;
}

/**
 * Bytes of a list: `s3://bucket/key` and S3's https forms, `https://…`, `http://…`, `file:///…`.
 *
 * @throws ListUnreachable with a sentence that may be shown
 */
export type LoadList = (
  location: string,
  options: { readonly limit: number; readonly owner?: string },
) => Promise<Uint8Array>;

export class ListUnreachable extends Error {
  override readonly name = 'ListUnreachable';
}

/** One request, admitted and read. */
export interface Call {
  readonly input: Input;
  readonly caller: Caller;
  readonly ports: GuardDutyPorts;
}

export type Run = (call: Call) => Promise<object>;

/** What an implemented operation is. */
export interface Operation {
  /** Changes something: not for readers, and its signature counts once. */
  readonly write: boolean;
  /** Answers without a detector: CreateDetector, ListDetectors. */
  readonly detectorless?: boolean;
  readonly run: Run;
}
