import type { Config, SecretReader } from '../config/index.ts';
import type { Passes, Watch } from '../passes/index.ts';
import type { RuleEvent, RulesRead } from '../rules/index.ts';
import type { RunOptions } from '../serve/index.ts';
import type { Source, Tell } from '../sources/index.ts';
import type { Statement, StatementsRead } from '../statements/index.ts';
import type { Store } from '../store/index.ts';
import type { HostFacts, PlaceTables } from '../where/index.ts';
import type { DoctorDoors } from './doctor.ts';
import type { Shelf } from './ranges.ts';

/** The parts that commands work with; only `main.ts` knows which ones they are. */
export interface Rim {
  /** Sources by what the operator typed: a folder, a file, `-`, `s3://bucket/prefix`. What cannot be a source is told as an oddity. */
  createSources(specs: readonly string[], options: SourceOptions, tell: Tell): Source[];
  /** Address tables for judging. `files`: `--aws-ranges`, besides those of the configuration and the data folder. */
  loadTables(config: Config, files: readonly string[], tell?: Tell): Tables;
  /** Reads with one thread or several. */
  passes(jobs: number, tables: PlaceTables, watch: Watch): Passes;
  /** SHA-256, hexadecimal. */
  readonly digest: (text: string) => string;
  /** Threads that make sense here. */
  readonly cores: number;
  /** What people said about hosts, kept in a data folder. */
  statements(dataDir: string): StatementShelf;
  /** The suppression rules people made, kept in a data folder. */
  suppressionRules(dataDir: string): RuleShelf;
  /** The versions of AWS's list kept in a data folder. */
  shelfIn(dataDir: string): Shelf;
  writeFile(path: string, text: string): void;
  /** What is remembered between runs: `sqlite:PATH` or `postgres://…`. */
  openStore(url: string, options?: { readonly create?: boolean }): Promise<Store>;
  /** Secrets by reference: `env:NAME`, `file:PATH`. */
  readonly secret: SecretReader;
  /** What `doctor` looks through: AWS and the network. */
  doctorDoors(): Promise<DoctorDoors>;
  /** Runs until it is asked to stop. */
  serve(options: ServeOptions): Promise<void>;
}

export type ServeOptions = Omit<RunOptions, 'version' | 'stopWithin'>;

export interface StatementShelf {
  readonly path: string;
  read(): StatementsRead;
  add(statement: Statement): void;
}

export interface RuleShelf {
  readonly path: string;
  read(): RulesRead;
  append(events: readonly RuleEvent[]): void;
}

export interface SourceOptions {
  /** Epoch seconds: what a listing may leave out. */
  readonly from?: number;
  readonly to?: number;
}

export interface Tables {
  readonly places: PlaceTables;
  /** Loads the large tables when first asked. */
  readonly hostFacts: (address: string) => HostFacts;
}
