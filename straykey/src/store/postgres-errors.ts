import { StoreUnavailable } from './port.ts';

/** SQLSTATE codes and classes, and Node's network errors, that say that the server cannot now, with what to do. First match counts. */
const UNAVAILABLE: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^08|^57P0[1-5]$/, 'lost its connection: the server was restarted or is starting; trying again helps'],
  [/^53100$/, 'found the disk of the server full: make room there'],
  [/^53300$/, 'was refused: the server has too many connections; raise max_connections or run fewer workers'],
  [/^53|^58/, 'met a shortage or a fault on the server: see its log'],
  [/^25006$/, 'is read only: the address leads to a replica; name the primary'],
  [/^57014$|^55P03$/, 'took too long: the server is overloaded or another transaction holds the rows'],
  [/^28/, 'was refused: check user and password in the URL or PGPASSWORD, and pg_hba.conf'],
  [/^3D000$/, 'does not exist: create the database first (createdb)'],
  [/^42501$/, 'is not allowed to be used: the user needs to own its schema or hold rights on its tables'],
  [/^XX00[12]$/, 'is damaged: see the log of the server; restore a backup'],
  [/^40001$|^40P01$/, 'gave way to other transactions: trying again helps'],
  [/^ECONNREFUSED$/, 'cannot be reached: nothing listens there; is the server running?'],
  [/^ENOTFOUND$|^EAI_/, 'cannot be reached: the name of the host is not known'],
  [
    /^E(?:CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|CONNABORTED)$/,
    'cannot be reached: the network or the server failed',
  ],
  [
    /^SELF_SIGNED|^DEPTH_ZERO|^CERT_|^UNABLE_TO_VERIFY|^ERR_TLS/,
    'could not be trusted: see sslmode and sslrootcert in the URL',
  ],
];

/** What `pg` says without a code when a connection breaks, is closed or does not come about. */
const BROKEN =
  /Connection terminated|timeout exceeded|connection error|not queryable|Client was closed|pool after calling end|SSL connections/;

/** The transaction was sound and only met another one. */
export function mustRepeat(error: unknown): boolean {
  const code = codeOf(error instanceof StoreUnavailable ? error.cause : error);
  return code === '40001' || code === '40P01';
}

/** As {@link StoreUnavailable} where the engine is the cause; our own mistakes as they are. */
export function postgresError(error: unknown, name: string): unknown {
  if (error instanceof StoreUnavailable) return error;
  const code = codeOf(error);
  const known = code === undefined ? undefined : UNAVAILABLE.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return new StoreUnavailable(`The store ${name} ${known[1]}.`, { cause: error });
  const message = error instanceof Error ? error.message : '';
  if (!BROKEN.test(message)) return error;
  const closed = /pool after calling end/.test(message);
  return new StoreUnavailable(
    closed ? `The store ${name} was closed.` : `The store ${name} lost its connection: trying again helps.`,
    { cause: error },
  );
}

function codeOf(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  // A host with several addresses answers with one error for each.
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : undefined;
}
