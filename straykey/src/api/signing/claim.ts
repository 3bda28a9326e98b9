import { type Incoming, type Refusal, refused } from './caller.ts';

/** What a signed request says of its signature. Nothing in here is believed yet. */
export interface Claim {
  readonly kind: 'claim';
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  /** Of the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
  /** Epoch milliseconds of `x-amz-date`. */
  readonly signedAt: number;
  /** Seconds; presigned requests only. */
  readonly expiresIn?: number;
  readonly sessionToken?: string;
  readonly path: string;
  /** Decoded; a name that comes twice has a list. */
  readonly query: ReadonlyMap<string, readonly string[]>;
}

export type Claimed = Claim | Refusal | { readonly kind: 'unsigned' };

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** A week, as AWS. */
const LONGEST_PRESIGNED = 604_800;

/** Reads a signature in its header form or its presigned form. Source: AWS's "Signature Version 4 signing process". */
export function claimOf({ target, headers }: Incoming): Claimed {
  const split = target.indexOf('?');
  const path = split === -1 ? target : target.slice(0, split);
  const query = queryOf(split === -1 ? '' : target.slice(split + 1));
  if (query === undefined || !path.startsWith('/')) return incomplete('The address is not percent-encoded.');
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return fromHeader(authorization, headers, path, query);
  if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm')) return fromQuery(path, query);
  return { kind: 'unsigned' };
}

/** Names and values of a query string, decoded once; undefined when the encoding is broken. A plus is a plus, as AWS has it. */
export function queryOf(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  const query = new Map<string, string[]>();
  try {
    for (const pair of text.split('&').filter((each) => each !== '')) {
      const equals = pair.indexOf('=');
      const name = decodeURIComponent(equals === -1 ? pair : pair.slice(0, equals));
      const value = equals === -1 ? '' : decodeURIComponent(pair.slice(equals + 1));
      query.set(name, [...(query.get(name) ?? []), value]);
    }
    return query;
  } catch {
    return undefined;
  }
}

function fromHeader(
  authorization: string,
  headers: ReadonlyMap<string, string>,
  path: string,
  query: Claim['query'],
): Claim | Refusal {
  const parts = /^AWS4-HMAC-SHA256\s+(.*)$/s.exec(authorization);
  if (parts === null) return incomplete(`Authorization header requires the ${ALGORITHM} form.`);
  const named = new Map(
    parts[1]!.split(',').map((part) => {
      const equals = part.indexOf('=');
      return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const;
    }),
  );
  const missing = ['Credential', 'SignedHeaders', 'Signature'].filter((name) => !named.has(name));
  if (missing.length > 0) return incomplete(`Authorization header requires '${missing.join("', '")}' parameter.`);
  const sessionToken = headers.get('x-amz-security-token');
  return assemble(
    {
      form: 'header',
      credential: named.get('Credential')!,
      signedHeaders: named.get('SignedHeaders')!,
      signature: named.get('Signature')!,
      date: headers.get('x-amz-date'),
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    path,
    query,
  );
}

function fromQuery(path: string, query: Claim['query']): Claim | Refusal {
  const one = (name: string): string | undefined => {
    const values = query.get(name);
    return values?.length === 1 ? values[0] : undefined;
  };
  if (one('X-Amz-Algorithm') !== ALGORITHM) return incomplete(`X-Amz-Algorithm must be ${ALGORITHM}.`);
  const expires = one('X-Amz-Expires') ?? '';
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > LONGEST_PRESIGNED) {
    return incomplete(`X-Amz-Expires must be 1 to ${LONGEST_PRESIGNED} seconds.`);
  }
  const sessionToken = one('X-Amz-Security-Token');
  return assemble(
    {
      form: 'query',
      credential: one('X-Amz-Credential') ?? '',
      signedHeaders: one('X-Amz-SignedHeaders') ?? '',
      signature: one('X-Amz-Signature') ?? '',
      date: one('X-Amz-Date'),
      expiresIn: Number(expires),
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    path,
    query,
  );
}

interface Parts {
  readonly form: Claim['form'];
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string | undefined;
  readonly expiresIn?: number;
  readonly sessionToken?: string;
}

function assemble(parts: Parts, path: string, query: Claim['query']): Claim | Refusal {
  const scope = parts.credential.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', ending] = scope;
  if (scope.length !== 5 || ending !== 'aws4_request' || accessKeyId === '') {
    return incomplete(
      'Credential must have exactly 5 slash-delimited elements: keyid/date/region/service/aws4_request.',
    );
  }
  const signedHeaders = parts.signedHeaders.split(';');
  const needed = parts.form === 'header' ? ['host', 'x-amz-date'] : ['host'];
  const absent = needed.find((name) => !signedHeaders.includes(name));
  if (absent !== undefined) return incomplete(`'${absent}' must be a signed header.`);
  if (!/^[0-9a-f]{64}$/.test(parts.signature)) return incomplete('The signature must be 64 hexadecimal digits.');
  const signedAt = timeOf(parts.date);
  if (signedAt === undefined) return incomplete('X-Amz-Date must be a time such as 20261123T180000Z.');
  if (!parts.date!.startsWith(date) || date.length !== 8) {
    return refused(403, 'SignatureDoesNotMatch', 'Date in Credential scope does not match YYYYMMDD from X-Amz-Date.');
  }
  const { expiresIn, sessionToken } = parts;
  return {
    kind: 'claim',
    form: parts.form,
    accessKeyId,
    date,
    region,
    service,
    signedHeaders,
    signature: parts.signature,
    signedAt,
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    path,
    query,
  };
}

function timeOf(text: string | undefined): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function incomplete(message: string): Refusal {
  return refused(400, 'IncompleteSignature', message);
}
