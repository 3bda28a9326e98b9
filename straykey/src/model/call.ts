import { type Category, categoryBit, categoryOf } from './categories.ts';
import { hash53 } from './hash.ts';
import { type Host, readHost } from './host.ts';
import { dayOf, type Outside } from './input.ts';
import type { Settings } from './settings.ts';

/** An outside use as the model sees it: MODEL.md 2.2. */
export interface Call {
  readonly event: Outside;
  readonly host: Host;
  readonly day: number;
  readonly category: Category;
  readonly bit: number;
  readonly client: Client;
  readonly region: number;
  /** source@region: compared with VPC-endpoint use. */
  readonly service: number;
  readonly credential: number;
  readonly id: number;
  readonly outcome: 'success' | 'denied' | 'failed';
  /** source:name, kept for denied calls. */
  readonly api: number;
}

export interface Client {
  /** `boto3+lambda`. */
  readonly name: string;
  readonly hash: number;
  /** Carries the runtime marker. Forged with one environment variable: it earns three days, never attribution. */
  readonly marked: boolean;
}

/** Reads calls, remembering the few distinct addresses, agents and APIs of a trail. */
export class CallReader {
  readonly #settings: Settings;
  readonly #hosts = new Memo<Host | undefined>();
  readonly #clients = new Memo<Client>();
  readonly #apis = new Memo<Api>();
  readonly #hashes = new Memo<number>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The call, or nothing when its address or time cannot be read: such a call is judged, never learned. */
  read(event: Outside): Call | undefined {
    const host = this.host(event.ip);
    if (!host || !Number.isFinite(event.t)) return undefined;
    const { name, readOnly, region, source } = event;
    const api = this.#apis.get(`${source}\n${name}\n${readOnly}\n${region}`, () => apiOf(event));
    return {
      event,
      host,
      day: dayOf(event.t),
      category: api.category,
      bit: api.bit,
      client: this.#clients.get(event.ua ?? '', clientOf),
      region: api.region,
      service: api.service,
      credential: this.#hashes.get(event.key, hash53),
      id: hash53(event.id),
      outcome: outcomeOf(event.error),
      api: api.api,
    };
  }

  host(ip: string): Host | undefined {
    return this.#hosts.get(ip, (text) => readHost(text, this.#settings));
  }
}

/** The part of a call that repeats all day. */
type Api = Pick<Call, 'category' | 'bit' | 'region' | 'service' | 'api'>;

function apiOf({ name, readOnly, region, source }: Outside): Api {
  const category = categoryOf(source, name, readOnly);
  return {
    category,
    bit: categoryBit(category),
    region: hash53(region),
    service: serviceHash(source, region),
    api: hash53(`${source}:${name}`),
  };
}

/** Hash of source@region, as calls from outside and through VPC endpoints are compared. */
export function serviceHash(source: string, region: string): number {
  return hash53(`${source}@${region}`);
}

/** "First of these tokens found in the lower-cased user agent", else `other`. */
const TOKENS = [
  ['terraform', 'terraform'],
  ['pulumi', 'pulumi'],
  ['aws-cli', 'aws-cli'],
  ['boto3', 'boto3'],
  ['botocore', 'boto3'],
  ['aws-sdk-js', 'aws-sdk-js'],
  ['aws-sdk-java', 'aws-sdk-java'],
  ['aws-sdk-kotlin', 'aws-sdk-kotlin'],
  ['aws-sdk-go', 'aws-sdk-go'],
  ['aws-sdk-dotnet', 'aws-sdk-dotnet'],
  ['aws-sdk-ruby', 'aws-sdk-ruby'],
  ['aws-sdk-php', 'aws-sdk-php'],
  ['aws-sdk-rust', 'aws-sdk-rust'],
  ['aws-sdk-cpp', 'aws-sdk-cpp'],
  ['aws-sdk-swift', 'aws-sdk-swift'],
  ['mozilla', 'mozilla'],
] as const;

/** The client family of a user agent; versions are ignored, so an upgrade is the same client. */
export function clientOf(userAgent: string): Client {
  const agent = userAgent.toLowerCase();
  const family = TOKENS.find(([token]) => agent.includes(token))?.[1] ?? 'other';
  const marked = agent.includes('exec-env/aws_lambda_');
  const name = marked ? `${family}+lambda` : family;
  return { name, hash: hash53(name), marked };
}

const DENIALS = [
  'AccessDenied',
  'UnauthorizedOperation',
  'Client.UnauthorizedOperation',
  'AuthorizationError',
  'NotAuthorized',
  'Forbidden',
];

/** "Denied = errorCode begins with …. Other errors are neither success nor denial." */
export function outcomeOf(error: string | undefined): Call['outcome'] {
  if (error === undefined || error === '') return 'success';
  return DENIALS.some((prefix) => error.startsWith(prefix)) ? 'denied' : 'failed';
}

/** A pure function's answers by its text argument; emptied when full, so hostile variety costs time, not memory. */
class Memo<Value> {
  readonly #known = new Map<string, Value>();

  get(text: string, compute: (text: string) => Value): Value {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const value = compute(text);
    if (this.#known.size >= MEMO_SIZE) this.#known.clear();
    this.#known.set(text, value);
    return value;
  }
}

/** Entries; a busy organisation has some hundred distinct values a day. */
const MEMO_SIZE = 8192;
