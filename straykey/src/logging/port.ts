/**
 * `error`: somebody must act, Straykey cannot mend it. `warn`: worth knowing, it goes on. `info`: a state changed (a handful an hour when
 * all is well). `debug`: every batch.
 */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** JSON-like values and errors. Text may be attacker-chosen; it is escaped. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  /** `event`: a stable name in kebab case, what alerts match on. `message`: a sentence for people. */
  error(event: string, message: string, fields?: Fields): void;
  warn(event: string, message: string, fields?: Fields): void;
  info(event: string, message: string, fields?: Fields): void;
  debug(event: string, message: string, fields?: Fields): void;
  /** The same log with fields on every line. */
  with(fields: Fields): Log;
  /** Strikes out this text wherever it appears from now on. For secrets resolved from references. */
  hide(secret: string): void;
  /** Writes the counts of errors held back. Call before the end. */
  flush(): void;
}
