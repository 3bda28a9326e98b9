import * as v from 'valibot';

const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, 'twelve digits in quotes, such as "111122223333"'));

/** One network the operator declares: its addresses are place `own`. */
const ownNetwork = v.strictObject({
  /** Address or CIDR, IPv4 or IPv6. */
  cidr: v.string(),
  /** Shown wherever the network is named. */
  label: v.optional(v.string(), ''),
  kind: v.optional(v.picklist(['vpc', 'byoip', 'office', 'outposts', 'vpn', 'other']), 'other'),
  /** ISO date; judged at the time of the event, so that an expired entry still explains old calls. */
  until: v.optional(v.pipe(v.string(), v.isoDate('a date such as 2027-01-31'))),
});

/** `30s`, `15m`, `6h`, `90d` to milliseconds. */
const duration = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,5}(?:ms|s|m|h|d)$/, 'a duration such as 30s, 15m, 6h or 90d'),
  v.transform(millisecondsOf),
);

function millisecondsOf(text: string): number {
  const [, digits, unit] = /^(\d+)(\D+)$/.exec(text)!;
  return (
    Number(digits) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'ms' | 's' | 'm' | 'h' | 'd']
  );
}

/** A secret by reference: `env:NAME` or `file:/path`. Never the secret itself. */
const secret = v.pipe(
  v.string(),
  v.regex(/^(?:env|file):.+/s, 'a reference, env:NAME or file:/path, never the secret itself'),
);

/** How to reach AWS for one source or outlet; without it the usual chain of the AWS SDK. */
const access = {
  region: v.optional(v.string()),
  /** Role to assume, for trails of other accounts. */
  roleArn: v.optional(v.string()),
  externalId: v.optional(v.string()),
  /** Another endpoint, for private links and tests. */
  endpoint: v.optional(v.string()),
};

const name = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits, dots, hyphens, underscores'),
);

const source = v.variant('type', [
  /** Notifications of new objects: S3 directly, through SNS or EventBridge, or CloudTrail's own SNS message. */
  v.strictObject({ type: v.literal('sqs'), name: v.optional(name), queueUrl: v.string(), ...access }),
  /** A listing with a cursor, for trails without notifications. */
  v.strictObject({
    type: v.literal('s3'),
    name: v.optional(name),
    url: v.pipe(v.string(), v.startsWith('s3://')),
    every: v.optional(duration, '1m'),
    /** ISO date: nothing delivered before is read. */
    from: v.optional(v.pipe(v.string(), v.isoDate('a date such as 2027-01-31'))),
    ...access,
  }),
  v.strictObject({
    type: v.literal('folder'),
    name: v.optional(name),
    path: v.string(),
    every: v.optional(duration, '2s'),
  }),
  /** One CloudTrail record, file or envelope a line. */
  v.strictObject({ type: v.literal('stdin'), name: v.optional(name) }),
]);
export type SourceConfig = v.InferOutput<typeof source>;

const told = {
  name,
  /** Conditions as for `scan --where`; all must hold. Absent: every finding that is not archived. */
  where: v.optional(v.array(v.string()), []),
  /** How often one finding's updates are told. New and reopened ones are told at once. */
  frequency: v.optional(v.picklist(['15m', '1h', '6h']), '15m'),
};

const outlet = v.variant('type', [
  v.strictObject({
    type: v.literal('webhook'),
    ...told,
    url: v.string(),
    secret: v.optional(secret),
    format: v.optional(v.picklist(['guardduty', 'asff', 'ocsf']), 'guardduty'),
  }),
  v.strictObject({ type: v.literal('slack'), ...told, url: secret }),
  v.strictObject({ type: v.literal('sns'), ...told, topicArn: v.string(), ...access }),
  v.strictObject({
    type: v.literal('eventbridge'),
    ...told,
    bus: v.optional(v.string(), 'default'),
    source: v.optional(v.string(), 'straykey'),
    ...access,
  }),
  v.strictObject({
    type: v.literal('securityhub'),
    ...told,
    product: v.optional(v.picklist(['account']), 'account'),
    ...access,
  }),
  v.strictObject({
    type: v.literal('s3'),
    ...told,
    url: v.pipe(v.string(), v.startsWith('s3://')),
    kmsKeyArn: v.optional(v.string()),
    ...access,
  }),
  v.strictObject({
    type: v.literal('ocsf'),
    ...told,
    url: v.optional(v.string()),
    path: v.optional(v.string()),
    secret: v.optional(secret),
  }),
  v.strictObject({
    type: v.literal('smtp'),
    ...told,
    host: v.string(),
    port: v.optional(v.number(), 587),
    security: v.optional(v.picklist(['starttls', 'tls', 'none']), 'starttls'),
    user: v.optional(v.string()),
    password: v.optional(secret),
    from: v.string(),
    to: v.array(v.string()),
  }),
  v.strictObject({ type: v.literal('file'), ...told, path: v.string() }),
]);
export type OutletConfig = v.InferOutput<typeof outlet>;

/** `straykey.yaml`. Unknown keys are errors. Every default is the value that needs no thought. */
export const configSchema = v.strictObject({
  /** Folder for address data. Default: `$XDG_DATA_HOME/straykey` or `~/.local/share/straykey`. */
  dataDir: v.optional(v.string()),
  /** Accounts whose VPC endpoints are your own, besides the credential's and the trail's. */
  accounts: v.optional(v.array(accountId), []),
  ownNetworks: v.optional(v.array(ownNetwork), []),
  /** Files with AWS's address ranges (an `ip-ranges.json` of any date, or a history CSV), besides the data folder's. */
  awsRanges: v.optional(v.array(v.string()), []),
  /**
   * What 192.0.2.0/24 and the other documentation ranges mean in a trail. `unknown`: somebody's redaction, counted, never judged.
   * `outside`: ordinary public addresses, for drills.
   */
  documentationAddresses: v.optional(v.picklist(['unknown', 'outside']), 'unknown'),
  /** MaxMind database files of your own, for names and countries of remote hosts. */
  maxmind: v.optional(v.strictObject({ asn: v.optional(v.string()), country: v.optional(v.string()) }), {}),
  learning: v.optional(
    v.strictObject({
      /** `on`: hosts are learned as MODEL 2 says. `ack`: only routed functions learn unattended. `off`: every outside use alarms. */
      mode: v.optional(v.picklist(['on', 'ack', 'off']), 'on'),
    }),
    {},
  ),
  /** `sqlite:PATH` or `postgres://…`. Default for `serve` and `worker`: `sqlite:straykey.db` in the data folder. */
  store: v.optional(v.string()),
  serve: v.optional(
    v.strictObject({
      /** Address and port to listen on. */
      listen: v.optional(
        v.pipe(v.string(), v.regex(/^(?:\[[0-9A-Fa-f:]+\]|[^\s:]+):\d{1,5}$/, 'host:port')),
        '127.0.0.1:8787',
      ),
      /** Account and region that the GuardDuty API speaks for. */
      accountId: v.optional(accountId, '111122223333'),
      region: v.optional(v.string(), 'us-east-1'),
      /** Requests without a signature, from the loopback address only. */
      unsignedFromLoopback: v.optional(v.boolean(), false),
      /** Token that signs in to the console; a reference. Without one the console asks for an access key of role admin or reader. */
      consoleToken: v.optional(secret),
      /** Header in which a reverse proxy on the loopback address names the signed-in user. Off by default. */
      proxyUserHeader: v.optional(v.string()),
      /** Users whom the proxy names and who may change things; the others may look. */
      proxyAdmins: v.optional(v.array(v.string()), []),
      /** Names by which browsers reach the console, besides `localhost` and addresses: `straykey.example.com`. */
      hosts: v.optional(v.array(v.string()), []),
      /** 32 bytes, hexadecimal, that encrypt access keys at rest; a reference. Default: a file made in the data folder, readable by its owner only. */
      keyEncryption: v.optional(secret),
    }),
    {},
  ),
  sources: v.optional(v.array(source), []),
  outlets: v.optional(v.array(outlet), []),
  retention: v.optional(
    v.strictObject({
      /** Findings and their evidence after their last change. GuardDuty keeps 90 days. */
      findings: v.optional(duration, '400d'),
      /** Which key was issued to whom, and who waits to be attributed. Lambda's keys live for 36 hours at most. */
      keys: v.optional(duration, '7d'),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof configSchema>;
