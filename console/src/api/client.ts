/** The one way to the API: JSON, the session's cookie, the CSRF header on writes, errors as {@link ApiError}. */
export interface Client {
  get<Answer>(path: string, signal?: AbortSignal): Promise<Answer>;
  /** Text as it comes: plans as Markdown or shell. */
  text(path: string, signal?: AbortSignal): Promise<string>;
  send<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, signal?: AbortSignal): Promise<Answer>;
  /** From the session, after sign-in. */
  setCsrf(csrf: string): void;
}

/** What the client tells: whether the server answers at all, and that it no longer knows who we are. */
export interface Heard {
  answered(): void;
  unreachable(): void;
  signedOut(): void;
}

/** `status` 0: no answer came. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What a reverse proxy says when nobody is behind it. */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 504]);

export function createClient(heard: Heard): Client {
  let csrf = '';
  async function ask(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
    const write = method !== 'GET';
    const request: RequestInit = {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(write && csrf !== '' ? { 'x-straykey-csrf': csrf } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    const response = await fetch(path, request).catch((cause: unknown) => {
      if (signal?.aborted) throw cause;
      heard.unreachable();
      throw new ApiError(0, 'Unreachable', 'Straykey does not answer.');
    });
    if (GATEWAY_ERRORS.has(response.status)) {
      heard.unreachable();
      throw new ApiError(0, `HTTP ${response.status}`, 'A proxy answers, but Straykey behind it does not.');
    }
    heard.answered();
    if (response.ok) return response;
    const error = await errorFrom(response);
    if (isStranger(error) && path !== '/api/v1/session') heard.signedOut();
    throw error;
  }
  async function json<Answer>(response: Response): Promise<Answer> {
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }
  return {
    get: async (path, signal) => json(await ask('GET', path, undefined, signal)),
    text: async (path, signal) => (await ask('GET', path, undefined, signal)).text(),
    send: async (method, path, body, signal) => json(await ask(method, path, body, signal)),
    setCsrf: (value) => {
      csrf = value;
    },
  };
}

/** GuardDuty's way to say 401 is a 403 with a name of its own. */
function isStranger({ status, code }: ApiError): boolean {
  return status === 401 || code.startsWith('MissingAuthenticationToken');
}

async function errorFrom(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const body = parsed(text);
  const code =
    response.headers.get('x-amzn-errortype')?.split(':')[0] ?? body.code ?? body.__type ?? `HTTP ${response.status}`;
  return new ApiError(
    response.status,
    code,
    body.message ?? `The server answered ${response.status} without saying why.`,
  );
}

function parsed(text: string): { readonly message?: string; readonly code?: string; readonly __type?: string } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What to do about an error: one sentence for the person in front of it. */
export function advice(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Reload the page. If it happens again, open an issue with the text above.';
  if (error.status === 0) return 'Check that `straykey serve` is running; this page tries again by itself.';
  if (error.status === 401) return 'Sign in again.';
  if (error.status === 403) return 'Your role may read but not change. Ask for an access key with role admin.';
  if (error.status === 404)
    return 'It may have been removed by someone else, or dropped by retention. Go back and reload the list.';
  if (error.status === 409) return 'Somebody else changed it at the same time. Reload and try again.';
  if (error.status === 429) return 'Too many requests. Wait a minute, then try again.';
  if (error.status === 503)
    return 'The store cannot be reached or is full. `straykey doctor` says which; trying again is safe.';
  if (error.status >= 500) return 'Look in the log of `straykey serve`; trying again is safe.';
  return 'Change what the message names and try again.';
}
