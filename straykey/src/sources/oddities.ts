/** What the operator reads about one kind of oddity. */
export interface OddityEntry {
  readonly means: string;
  readonly doThis: string;
  /** `unusable`: evidence may be missing. `skipped`: recognised by its name and set aside on purpose. */
  readonly effect: 'unusable' | 'skipped';
}

/** Every kind of oddity that this folder tells. */
export const sourceOddities = {
  'not-found': {
    means: 'A source given on the command line does not exist.',
    doThis: 'Check the spelling of the path or address.',
    effect: 'unusable',
  },
  'invalid-source': {
    means: 'A source is not a folder, a file, `-` or `s3://bucket/prefix`.',
    doThis: 'Give one of those forms; download other addresses first.',
    effect: 'unusable',
  },
  'unreadable-file': {
    means: 'A file or folder could not be opened or read.',
    doThis: 'Read the reason; make the file readable and scan it again.',
    effect: 'unusable',
  },
  'unsupported-file': {
    means: 'A socket, device or pipe lies among the files; reading it could block for ever.',
    doThis: 'Nothing, unless a trail was meant: then give a pipe by its own path or as `-`.',
    effect: 'skipped',
  },
  'hidden-file': {
    means: 'A file or folder whose name begins with a dot. CloudTrail writes none; tools leave them.',
    doThis: 'Nothing; give its path itself to read it all the same.',
    effect: 'skipped',
  },
  'already-listed': {
    means: 'A link leads to a folder that is listed under another name, or round in a circle.',
    doThis: 'Nothing; its files are read once.',
    effect: 'skipped',
  },
  vanished: {
    means: 'An object was there when listed and gone when read.',
    doThis: 'Look at what removes it (a lifecycle rule, another process); scan again to see what is left.',
    effect: 'unusable',
  },
  'access-denied': {
    means: 'The file system or S3 refused to list or read.',
    doThis: 'Grant what the reason names and scan again.',
    effect: 'unusable',
  },
  'no-credentials': {
    means: 'No AWS credentials were found for an `s3://` source.',
    doThis: 'Sign in (`aws sso login`), set AWS_PROFILE, or run where a role is attached.',
    effect: 'unusable',
  },
  'bucket-not-found': {
    means: 'The bucket of an `s3://` source does not exist.',
    doThis: 'Check the bucket name and which partition (aws, aws-cn, aws-us-gov) the credentials belong to.',
    effect: 'unusable',
  },
  'wrong-region': {
    means: 'The bucket lives in another region and the redirect could not be followed.',
    doThis: "Set AWS_REGION to the bucket's region.",
    effect: 'unusable',
  },
  'archived-object': {
    means: 'An S3 object is in an archive storage class and must be restored before it can be read.',
    doThis: 'Restore it (`aws s3api restore-object`), then scan again.',
    effect: 'unusable',
  },
  'network-error': {
    means: 'S3 could not be reached, or kept failing after retries.',
    doThis: 'Check the connection, proxy and endpoint settings; scan again.',
    effect: 'unusable',
  },
  'digest-folder': {
    means: "A CloudTrail-Digest folder: hashes that prove the log files' integrity. It holds no calls.",
    doThis: 'Nothing; `aws cloudtrail validate-logs` checks it.',
    effect: 'skipped',
  },
  'insights-folder': {
    means: 'A CloudTrail-Insight folder: statistics about call rates. It holds no calls.',
    doThis: 'Nothing.',
    effect: 'skipped',
  },
  'other-aws-log': {
    means: 'A folder where another AWS service delivers its own logs next to CloudTrail (flow logs, Config, …).',
    doThis: 'Nothing.',
    effect: 'skipped',
  },
  'outside-period': {
    means: 'Objects whose delivery time says that they hold no event of the period asked for.',
    doThis: 'Nothing; widen --from and --to to read them.',
    effect: 'skipped',
  },
  'truncated-gzip': {
    means: 'A gzip file ends too early. What could be decoded was read.',
    doThis: 'Copy the file again from where it came from; the rest is unknown.',
    effect: 'unusable',
  },
  'corrupt-gzip': {
    means: 'A gzip file is damaged or its checksum is wrong. What could be decoded was read; it may hold wrong bytes.',
    doThis: 'Copy the file again; if the original is damaged too, check it against the CloudTrail digests.',
    effect: 'unusable',
  },
  'gzip-bomb': {
    means: 'A gzip file grows beyond what any trail does. Reading stopped at the limit.',
    doThis: 'Find out who put it there. If it is honest, decompress it yourself and scan the result.',
    effect: 'unusable',
  },
  'gzip-too-deep': {
    means: 'gzip inside gzip inside gzip inside gzip: deeper than 3 levels.',
    doThis: 'Decompress it once or twice yourself.',
    effect: 'unusable',
  },
  'unsupported-compression': {
    means: 'An archive or a compression other than gzip.',
    doThis: 'Unpack it and scan the result.',
    effect: 'unusable',
  },
} as const satisfies Readonly<Record<string, OddityEntry>>;

export type OddityKind = keyof typeof sourceOddities;
