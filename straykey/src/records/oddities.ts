/** What the operator reads about one kind of oddity. */
interface Entry {
  readonly means: string;
  readonly doThis: string;
  /** `unusable`: evidence may be missing. `skipped`: recognised by its name and set aside on purpose. */
  readonly effect: 'unusable' | 'skipped';
}

/** Every kind of oddity that this folder tells. */
export const recordOddities = {
  'truncated-json': {
    means: 'The input ends inside a record or a list of records. Everything before that was read.',
    doThis: 'Copy the file again from where it came from; what followed is unknown.',
    effect: 'unusable',
  },
  'not-json': {
    means: 'A piece among the records is not JSON. Reading went on behind it.',
    doThis: 'Look at the offset given; find out what wrote it.',
    effect: 'unusable',
  },
  'not-a-record': {
    means: 'A JSON value among the records has none of a CloudTrail record’s fields.',
    doThis: 'Nothing, when it was not meant to be one; else say which tool exported it.',
    effect: 'unusable',
  },
  'no-event-time': {
    means: 'A record without a time that can be read. Places and credentials cannot be judged without one.',
    doThis: 'Export again with eventTime (or @timestamp).',
    effect: 'unusable',
  },
  'record-too-large': {
    means: 'One record, or one envelope that is not a list, is larger than 16 MiB. It was passed over to its end.',
    doThis: 'Look at the offset given. CloudTrail records are at most 1 MB, EventBridge and queue messages smaller.',
    effect: 'unusable',
  },
  'too-deep': {
    means: 'JSON nested deeper than 1,000 levels, or envelopes inside envelopes deeper than 8.',
    doThis: 'Find out who wrote it: no AWS service nests like that.',
    effect: 'unusable',
  },
  'not-base64': {
    means: 'The data of a Kinesis, Firehose or CloudWatch Logs event is not base64.',
    doThis: 'Keep the event as AWS delivers it, or save its decoded data as a file of its own.',
    effect: 'unusable',
  },
  'corrupt-nested-gzip': {
    means: 'Compressed data inside an event is damaged, cut off or grows beyond the limit.',
    doThis: 'Fetch the event again from the stream or the log group.',
    effect: 'unusable',
  },
  'not-cloudtrail': {
    means: 'The whole input is something else: text, another log, JSON without a single CloudTrail record.',
    doThis: 'Nothing, when it lies among trails by chance; else see the README for the forms that are read.',
    effect: 'unusable',
  },
  'ocsf-other': {
    means: 'An OCSF event (Security Lake) that does not come from CloudTrail.',
    doThis: 'Nothing.',
    effect: 'skipped',
  },
  'digest-file': {
    means: 'A CloudTrail digest: hashes that prove the integrity of log files. It holds no calls.',
    doThis: 'Nothing; `aws cloudtrail validate-logs` checks it.',
    effect: 'skipped',
  },
  'insights-event': {
    means: 'A CloudTrail Insights event: statistics about call rates. It holds no call.',
    doThis: 'Nothing.',
    effect: 'skipped',
  },
  's3-notification': {
    means: 'A notification that an object was written. It names a file but holds no calls.',
    doThis: 'Scan the bucket it names: straykey scan s3://BUCKET/PREFIX.',
    effect: 'skipped',
  },
  'control-message': {
    means: 'A message by which CloudWatch Logs or SNS tests that the receiver is there.',
    doThis: 'Nothing.',
    effect: 'skipped',
  },
  'eventbridge-other': {
    means: 'An EventBridge event that does not come from CloudTrail (GuardDuty, Config, EC2 state, …).',
    doThis: 'Nothing.',
    effect: 'skipped',
  },
  'empty-input': {
    means: 'Nothing at all, or a trail file whose list of records is empty.',
    doThis: 'Nothing: CloudTrail delivers such files. For a pipe, check that its left side printed something.',
    effect: 'skipped',
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type RecordOddity = keyof typeof recordOddities;
