const MiB = 1024 * 1024;

export const arrivalLimits = {
  /** Seconds that one request waits for messages; 20, the most SQS allows: an idle queue costs 4,320 requests a day. */
  waitSeconds: 20,
  /** Messages received and not yet drawn; 20: two requests' worth, so that drawing never waits for the network. */
  messagesAhead: 20,
  /** Listed deliveries not yet drawn; 4. */
  deliveriesAhead: 4,
  /** Objects of one listed delivery; 10, like a batch of messages. */
  objectsPerDelivery: 10,
  /** Objects fetched at the same time and not yet read; 16: S3 answers in 20 to 100 ms, so this many keep one core busy. */
  fetchObjects: 16,
  /** Bytes fetched and not yet read; 32 MiB. */
  fetchBytes: 32 * MiB,
  /** Largest object fetched ahead; 8 MiB. Larger ones are streamed when read. CloudTrail's are rarely over 5 MiB. */
  fetchObject: 8 * MiB,
  /** Bytes that an object of unknown size counts as; 2 MiB. With sizes unknown, twice what `fetchBytes` says is rare, four times the end. */
  fetchGuess: 2 * MiB,
  /** Milliseconds that ended messages wait for company before they are deleted; 20: ten go in one request. */
  deleteWithin: 20,
  /** Seconds of visibility assumed when the queue does not tell; 30, SQS's own default. */
  visibility: 30,
  /** Tries of one object before it is a dead letter, where no redrive policy says; 5. */
  tries: 5,
  /** Tries of an object that is not there; 3: S3 is consistent, so what is missing was deleted. */
  triesVanished: 3,
  /** Milliseconds before the second try, doubled for each further one; 10 s. */
  retryFirst: 10_000,
  /** Longest wait between tries; 15 min, so that an outage of hours ends with a quarter of an hour's delay. */
  retryMost: 15 * 60_000,
  /** Milliseconds before a source that cannot be reached is asked again, doubled up to the most; 1 s to 1 min, with jitter. */
  backoffFirst: 1_000,
  backoffMost: 60_000,
  /** Milliseconds without an object after which a source counts as silent; 1 h. CloudTrail delivers every 5 minutes where anything is called. */
  silentAfter: 60 * 60_000,
  /** Characters of a message kept in a dead letter of the store; 64 Ki. */
  deadLetterBody: 64 * 1024,
  /** Objects waiting for another try; 1,000. With more, nothing new is listed until some were read. */
  retriesWaiting: 1_000,
  /** Milliseconds between two writes of a place while deliveries end one after the other; 2 s. A crash repeats that much. */
  positionEvery: 2_000,
  /**
   * Days before the newest that a listing looks at again for late objects; 2. CloudTrail delivers within minutes, hours in an outage;
   * replication between regions within a day.
   */
  lateDays: 2,
  /** Keys remembered of one folder; 100,000. With more, days are forgotten, oldest first, but never the newest. */
  keysRemembered: 100_000,
  /** Milliseconds since its last change after which a file is complete at first sight; 10 s: moved in, or copied with its times. */
  fileSettled: 10_000,
  /** Milliseconds that a file that may still be written must stay as it is; 500. */
  fileRecheck: 500,
  /** Files remembered though they are not there (an unmounted disk); 50,000, or as many as are there. */
  filesRemembered: 50_000,
  /** Bytes and milliseconds after which lines of standard input become an object; 1 MB, 200 ms. */
  lineBytes: 1_000_000,
  lineWithin: 200,
  /** Longest line; 128 MiB, more than any delivered file. */
  lineMost: 128 * MiB,
  /** Bytes of standard input kept for second looks; 1 GiB. The oldest go first. */
  spoolMost: 1024 * MiB,
} as const;

export type ArrivalLimits = { readonly [Name in keyof typeof arrivalLimits]: number };
