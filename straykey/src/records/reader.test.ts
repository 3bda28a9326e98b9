import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  issueByLambda,
  listen,
  logStream,
  type RawRecord,
  readAll,
  threeRecords,
  useFromOutside,
} from '../../../test/records/fixtures.ts';
import { sharedData, WITHOUT_SHARED_DATA } from '../../../test/support/shared-data.ts';
import type { ApiCall } from './api-call.ts';
import { recordOddities } from './oddities.ts';
import { toApiCall } from './parse.ts';

const expected = threeRecords.map((record) => toApiCall(record) as ApiCall);
const texts = threeRecords.map((record) => JSON.stringify(record));
const delivered = JSON.stringify({ Records: threeRecords });
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const json = (value: unknown): string => JSON.stringify(value);
const lines = (values: readonly unknown[]): string => values.map(json).join('\n');

const logEvents = texts.map((message, i) => ({ id: String(i), timestamp: 1772359200000 + i, message }));
const subscription = {
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: 'trail',
  subscriptionFilters: ['x'],
  logEvents,
};
const inQueue = (body: string): unknown => ({
  messageId: 'm',
  receiptHandle: 'h',
  body,
  eventSource: 'aws:sqs',
  awsRegion: 'eu-west-1',
});
const inTopic = (Message: string): unknown => ({
  Type: 'Notification',
  MessageId: 'm',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t',
  Message,
});
const inStream = (data: string): unknown => ({
  kinesis: { data, partitionKey: '1' },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: 'shardId-0:1',
  eventName: 'aws:kinesis:record',
  awsRegion: 'eu-west-1',
});
const onBus = (detail: unknown): unknown => ({
  version: '0',
  id: 'i',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.s3',
  account: '111122223333',
  time: '2026-03-01T00:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail,
});
const lookedUp = texts.map((CloudTrailEvent, i) => ({
  EventSource: 'ec2.amazonaws.com',
  EventId: String(i),
  EventName: 'x',
  ReadOnly: 'true',
  EventTime: '2026-03-01 01:00:00+11:00',
  Resources: [],
  CloudTrailEvent,
}));
const asText = (value: unknown): string => (typeof value === 'string' ? value : json(value));
const lakeRow = (record: RawRecord): unknown =>
  Object.entries(record).map(([name, value]) => ({ [name]: value === null ? 'null' : asText(value) }));
const original = (record: RawRecord): unknown => ({
  '@timestamp': '2026-03-01T10:00:00Z',
  event: { original: json(record), action: record.eventName },
  aws: { cloudtrail: { user_identity: {} } },
});
const ocsfRaw = (record: RawRecord): unknown => ({
  class_uid: 6003,
  metadata: { product: { name: 'CloudTrail' } },
  api: { operation: 'x' },
  raw_data: json(record),
});

/** Every form of domain knowledge, around the same three records. */
const envelopes: readonly [what: string, text: string | Uint8Array][] = [
  ['a delivered file', delivered],
  ['a delivered file, pretty-printed', JSON.stringify({ Records: threeRecords }, undefined, 2)],
  [
    'a delivered file with members before and after',
    json({ a: [{ Records: [1] }], Records: threeRecords, b: { eventName: 'x' } }),
  ],
  ['a delivered file behind a byte order mark', `\ufeff  \r\n${delivered}`],
  ['a delivered file in UTF-16, as PowerShell saves it', Buffer.from(`\ufeff${delivered}`, 'utf16le')],
  ['delivered files back to back', texts.map((text) => `{"Records":[${text}]}`).join('')],
  ['records one a line', texts.join('\n')],
  ['records back to back', texts.join('')],
  [
    'records with every member in reverse',
    lines(threeRecords.map((record) => Object.fromEntries(Object.entries(record).reverse()))),
  ],
  ['a bare list', json(threeRecords)],
  ['a bare list, pretty-printed', JSON.stringify(threeRecords, undefined, '\t')],
  ['single objects, pretty-printed', threeRecords.map((record) => JSON.stringify(record, undefined, 4)).join('\n\n')],
  ['an exported log group', texts.map((text) => `2026-03-01T10:00:00.000Z ${text}`).join('\n')],
  ['lookup-events', json({ Events: lookedUp, NextToken: 'x' })],
  ['lookup-events, the events after the token', json({ NextToken: 'x', Events: lookedUp })],
  ['lookup-events, one event a line', lines(lookedUp)],
  [
    'a result of CloudTrail Lake',
    json({ QueryStatus: 'FINISHED', QueryStatistics: { ResultsCount: 3 }, QueryResultRows: threeRecords.map(lakeRow) }),
  ],
  ['EventBridge, one event a line', lines(threeRecords.map(onBus))],
  ['EventBridge, a list', json(threeRecords.map(onBus))],
  ['a CloudWatch Logs subscription', json(subscription)],
  [
    'a CloudWatch Logs subscription as Lambda gets it',
    json({ awslogs: { data: base64(gzipSync(json(subscription))) } }),
  ],
  ['filter-log-events', json({ events: logEvents, searchedLogStreams: [] })],
  ['Kinesis', json({ Records: texts.map((text) => inStream(base64(text))) })],
  [
    'Kinesis with a compressed subscription inside',
    json({ Records: [inStream(base64(gzipSync(json(subscription))))] }),
  ],
  [
    'Firehose',
    json({
      invocationId: 'i',
      deliveryStreamArn: 'd',
      region: 'r',
      records: texts.map((text) => ({ recordId: text.length, data: base64(text) })),
    }),
  ],
  ['Firehose with records back to back in one', json({ records: [{ recordId: '1', data: base64(texts.join('')) }] })],
  [
    'SNS as Lambda gets it',
    json({ Records: texts.map((text) => ({ EventSource: 'aws:sns', EventVersion: '1.0', Sns: inTopic(text) })) }),
  ],
  ['SNS as it posts', lines(texts.map(inTopic))],
  ['SQS as Lambda gets it', json({ Records: texts.map(inQueue) })],
  [
    'SQS as receive-message prints it',
    json({ Messages: texts.map((Body, i) => ({ MessageId: String(i), ReceiptHandle: 'h', Body })) }),
  ],
  [
    'SQS around SNS around EventBridge',
    json({ Records: threeRecords.map((record) => inQueue(json(inTopic(json(onBus(record)))))) }),
  ],
  ['SQS around a delivered file', json({ Records: [inQueue(delivered)] })],
  ['Elastic with event.original, one a line', lines(threeRecords.map(original))],
  [
    'Elastic, names with dots',
    lines(texts.map((text) => ({ '@timestamp': 'x', 'event.original': text, 'event.action': 'y' }))),
  ],
  [
    'a search of Elastic',
    json({
      took: 1,
      hits: { total: 3, hits: threeRecords.map((record) => ({ _index: 'x', _source: original(record) })) },
    }),
  ],
  [
    'Elastic with the raw record',
    json(threeRecords.map((cloudtrail) => ({ '@timestamp': 'x', event: {}, aws: { cloudtrail } }))),
  ],
  ['a log shipper', lines(texts.map((message) => ({ '@timestamp': '2026-03-01T10:00:00Z', host: 'h', message })))],
  ['OCSF with raw_data', lines(threeRecords.map(ocsfRaw))],
];

describe('the same three records in any envelope are the same three calls', () => {
  for (const [what, text] of envelopes) {
    test(what, () => {
      const { hear, reader } = listen();
      const heard = hear([text]);
      assert.deepEqual(heard.oddities, []);
      assert.deepEqual(heard.calls, expected);
      assert.equal(heard.records, 3);
      const tally = { records: 3, firstTime: expected[0]!.time, lastTime: expected[2]!.time };
      assert.deepEqual(reader.tallies(), new Map([[7, tally]]));
    });
  }

  test('however the bytes are cut', () => {
    const envelope = fc.constantFrom(...envelopes.map(([, text]) => Buffer.from(text as string)));
    const { hear } = listen();
    fc.assert(
      fc.property(envelope, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (bytes, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
        assert.deepEqual(hear(chunks), hear([bytes]));
      }),
    );
    for (const [, text] of envelopes.slice(0, 4)) {
      const bytes = Buffer.from(text as string);
      assert.deepEqual(hear(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))).calls, expected);
    }
  });

  test('several forms in one input, and several inputs in one reader', () => {
    const one = readAll([`${json({ Events: lookedUp })}\n${json(subscription)}\n${delivered}\n${texts.join('\n')}`]);
    assert.deepEqual(one.calls, [...expected, ...expected, ...expected, ...expected]);
    assert.deepEqual(one.oddities, []);
    const { hear, reader } = listen();
    for (const text of [delivered, json({ Events: lookedUp }), texts.join('\n')]) assert.equal(hear([text]).records, 3);
    assert.equal(reader.records, 9);
    assert.equal(reader.tallies().get(7)?.records, 9);
  });

  test('records and other things in one list', () => {
    const s3 = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventVersion: '2.1',
      eventTime: '2026-03-01T00:00:00.000Z',
      s3: {},
    };
    const heard = readAll([json({ Records: [s3, threeRecords[0], inQueue(texts[1]!), { x: 1 }, threeRecords[2]] })]);
    assert.deepEqual(heard.calls, expected);
    assert.deepEqual(
      heard.oddities.map((oddity) => oddity.kind),
      ['s3-notification', 'not-a-record'],
    );
  });
});

describe('mapped records are built back as far as the mapping keeps them', () => {
  const essentials = (call: ApiCall): unknown => {
    const { inScopeOf: _, ...identity } = call.identity;
    return { ...call, identity, hostHeader: undefined, resources: { ...call.resources } };
  };
  const elastic = (record: RawRecord): unknown => {
    const identity = record.userIdentity as Record<string, never>;
    const context = (identity.sessionContext ?? {}) as {
      sessionIssuer?: { arn: string; principalId: string };
      attributes?: { creationDate: string };
    };
    return {
      '@timestamp': (record.eventTime as string).replace('Z', '.000Z'),
      event: { action: record.eventName, provider: record.eventSource, id: record.eventID, kind: 'event' },
      cloud: { region: record.awsRegion, account: { id: identity.accountId } },
      source: { address: record.sourceIPAddress },
      user: { id: identity.principalId },
      user_agent: { original: record.userAgent },
      aws: {
        cloudtrail: {
          event_version: record.eventVersion,
          event_type: record.eventType,
          event_category: record.eventCategory,
          error_code: record.errorCode,
          read_only: record.readOnly,
          shared_event_id: record.sharedEventID,
          recipient_account_id: record.recipientAccountId,
          resources: (record.resources as { type: string; ARN: string }[] | undefined)?.map(({ type, ARN }) => ({
            type,
            arn: ARN,
          })),
          request_parameters: structText(record.requestParameters),
          response_elements: structText(record.responseElements),
          additional_eventdata: structText(record.additionalEventData),
          user_identity: {
            type: identity.type,
            arn: identity.arn,
            access_key_id: identity.accessKeyId,
            invoked_by: identity.invokedBy,
            session_context: {
              creation_date: context.attributes?.creationDate,
              session_issuer: {
                type: 'Role',
                arn: context.sessionIssuer?.arn,
                principal_id: context.sessionIssuer?.principalId,
              },
            },
          },
        },
      },
    };
  };
  const structText = (value: unknown): string | undefined => {
    if (value == null) return undefined;
    if (typeof value !== 'object') return String(value);
    return `{${Object.entries(value)
      .map(([name, member]) => `${name}=${structText(member)}`)
      .join(', ')}}`;
  };

  test('Elastic without event.original: all but inScopeOf and the endpoint spoken to', () => {
    const heard = readAll([lines(threeRecords.map(elastic))]);
    assert.deepEqual(heard.oddities, []);
    assert.deepEqual(heard.calls.map(essentials), expected.map(essentials));
  });

  const ocsf = (record: RawRecord): Record<string, unknown> => {
    const identity = record.userIdentity as Record<string, never>;
    const context = (identity.sessionContext ?? {}) as {
      sessionIssuer?: { arn: string };
      attributes?: { creationDate: string };
    };
    const isAddress = /^[0-9]/.test(record.sourceIPAddress as string);
    const created = context.attributes?.creationDate;
    return {
      class_uid: 6003,
      class_name: 'API Activity',
      time: Date.parse(record.eventTime as string),
      metadata: {
        uid: record.eventID,
        event_code: record.eventType,
        product: { name: 'CloudTrail', version: record.eventVersion, feature: { name: record.eventCategory } },
      },
      cloud: { provider: 'AWS', region: record.awsRegion },
      api: {
        operation: record.eventName,
        service: { name: record.eventSource },
        request: { uid: record.requestID, data: json(record.requestParameters) },
        response: { error: record.errorCode ?? null, data: json(record.responseElements) },
      },
      actor: {
        invoked_by: identity.invokedBy ?? null,
        session: {
          created_time: created === undefined ? 0 : Date.parse(created),
          issuer: context.sessionIssuer?.arn ?? null,
        },
        user: {
          type: identity.type,
          uid: identity.arn,
          uid_alt: identity.principalId,
          credential_uid: identity.accessKeyId,
          account: { uid: identity.accountId },
        },
      },
      src_endpoint: isAddress ? { ip: record.sourceIPAddress } : { domain: record.sourceIPAddress },
      http_request: { user_agent: record.userAgent },
      resources: (record.resources as { type: string; ARN: string }[] | undefined)?.map(({ type, ARN }) => ({
        type,
        uid: ARN,
      })),
      unmapped: {
        recipientAccountId: record.recipientAccountId,
        readOnly: String(record.readOnly),
        sharedEventID: record.sharedEventID,
        'additionalEventData.AuthenticationMethod': (
          record.additionalEventData as { AuthenticationMethod: string } | undefined
        )?.AuthenticationMethod,
        'tlsDetails.clientProvidedHostHeader': (record.tlsDetails as { clientProvidedHostHeader: string } | undefined)
          ?.clientProvidedHostHeader,
        'userIdentity.inScopeOf.issuerType': (identity.inScopeOf as { issuerType: string } | undefined)?.issuerType,
        'userIdentity.inScopeOf.credentialsIssuedTo': (
          identity.inScopeOf as { credentialsIssuedTo: string } | undefined
        )?.credentialsIssuedTo,
        'userIdentity.sessionContext.sessionIssuer.principalId': 'AROAIOSFODNN7EXAMPLE',
        'userIdentity.sessionContext.sessionIssuer.userName':
          context.sessionIssuer === undefined ? undefined : 'thumbnailer-role',
      },
    };
  };

  test('OCSF API Activity, with what the mapping leaves in unmapped', () => {
    const heard = readAll([lines(threeRecords.map(ocsf))]);
    assert.deepEqual(heard.oddities, []);
    assert.deepEqual(heard.calls, expected);
  });

  test('OCSF with the identifiers where the first mapping had them', () => {
    const record = ocsf(useFromOutside);
    const identity = useFromOutside.userIdentity as Record<string, string>;
    const user = {
      type: 'AssumedRole',
      uuid: identity.arn,
      uid: identity.principalId,
      credential_uid: identity.accessKeyId,
      account_uid: identity.accountId,
    };
    const heard = readAll([json({ ...record, actor: { ...(record.actor as object), user } })]);
    assert.deepEqual(heard.calls, [expected[2]]);
  });
});

const nestedIn = (levels: number): string =>
  Array.from({ length: levels }).reduce<string>((inner) => json(inTopic(inner)), texts[0]!);

/** What each kind of oddity looks like, with the offset where it is told. */
const oddInputs: readonly [
  kind: keyof typeof recordOddities,
  what: string,
  text: string | Uint8Array,
  offset?: number,
][] = [
  ['empty-input', 'nothing', ''],
  ['empty-input', 'blanks', ' \n\n'],
  ['empty-input', 'an empty list of records', '{"Records":[]}'],
  ['empty-input', 'an empty bare list', '[]'],
  ['not-cloudtrail', 'a licence', 'Apache License\n\nVersion 2.0 [see {below}]\n'],
  ['not-cloudtrail', 'a page with JSON in it', '# Title\n```json\n{"Records": [\n  ...\n]}\n```\n[link](x) {"a": 1}\n'],
  ['not-cloudtrail', 'a table', 'eventTime,eventName\n2026-03-01,GetObject\n'],
  ['not-cloudtrail', 'another document', '{"results":[{"eventName":7}],"status":"ok"}'],
  ['not-cloudtrail', 'a list of other things', '[{"name":"x"},{"name":"y"}]'],
  ['not-cloudtrail', 'a list of numbers', '[1,2,3]'],
  ['not-cloudtrail', 'binary data', new Uint8Array(5000).map((_, i) => (i * 37) % 256)],
  ['not-cloudtrail', 'a queue of other messages', json({ Records: [inQueue('hello'), inQueue('{"message":"x"}')] })],
  ['not-cloudtrail', 'a Parquet file', 'PAR1\u0015\u0004'],
  ['truncated-json', 'a delivered file cut inside a record', delivered.slice(0, 900), 12],
  ['truncated-json', 'a delivered file cut behind a record', `{"Records":[${texts[0]}`, 12 + texts[0]!.length],
  [
    'truncated-json',
    'a delivered file without its last brace',
    delivered.slice(0, -1),
    Buffer.byteLength(delivered) - 1,
  ],
  ['truncated-json', 'lookup-events cut inside an event', json({ Events: lookedUp }).slice(0, 300), 11],
  [
    'not-json',
    'a broken record among others',
    `{"Records":[${texts[0]},{"eventName":nope},${texts[1]}]}`,
    13 + texts[0]!.length,
  ],
  ['not-json', 'a broken line before records', `{"a":\n${texts.join('\n')}`, 0],
  ['not-a-record', 'something else among records', `{"Records":[${texts[0]},{"a":1}]}`, 13 + texts[0]!.length],
  [
    'not-a-record',
    'a row of Lake without the needed columns',
    `${texts[0]}${json({ QueryResultRows: [[{ a: '1' }, { b: '2' }]] })}`,
  ],
  ['no-event-time', 'a record without time', json({ ...issueByLambda, eventTime: undefined }), 0],
  ['record-too-large', 'a record of 17 MiB', `{"Records":[{"a":"${'x'.repeat(17 * 1024 * 1024)}"}]}`, 12],
  ['record-too-large', 'an envelope of 17 MiB', `{"a":"${'x'.repeat(17 * 1024 * 1024)}"}`, 0],
  ['too-deep', 'a million brackets', '['.repeat(1_000_000), 1],
  ['too-deep', 'a record with 2,000 levels', `{"Records":[{"eventName":${'['.repeat(2000)}${']'.repeat(2000)}}]}`, 12],
  ['too-deep', 'nine envelopes inside each other', nestedIn(9), 0],
  ['not-base64', 'a stream whose data is none, among records', json({ Records: [issueByLambda, inStream('***')] })],
  [
    'corrupt-nested-gzip',
    'a damaged subscription',
    json({ awslogs: { data: base64(gzipSync(json(subscription)).subarray(0, 60)) } }),
    0,
  ],
  [
    'corrupt-nested-gzip',
    'a subscription that explodes',
    json({ awslogs: { data: base64(gzipSync(Buffer.alloc(8 * 1024 * 1024))) } }),
    0,
  ],
  [
    'ocsf-other',
    'an OCSF event of another product',
    json({ class_uid: 4001, metadata: { product: { name: 'VPC Flow' } }, api: null }),
    0,
  ],
  ['digest-file', 'a digest', json({ awsAccountId: '1', digestStartTime: 'x', digestEndTime: 'y', logFiles: [] }), 0],
  [
    'insights-event',
    'an Insights file',
    json({
      Records: [
        {
          eventVersion: '1.07',
          eventTime: '2026-03-01T00:00:00Z',
          eventType: 'AwsCloudTrailInsight',
          insightDetails: { state: 'Start' },
        },
      ],
    }),
    12,
  ],
  [
    's3-notification',
    'a notification of S3',
    json({
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          eventTime: '2026-03-01T00:00:00.000Z',
        },
      ],
    }),
    12,
  ],
  ['s3-notification', "S3's test event", json({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }), 0],
  ['s3-notification', "CloudTrail's own announcement", json(inTopic(json({ s3Bucket: 'b', s3ObjectKey: ['k'] }))), 0],
  [
    'control-message',
    'a control message of CloudWatch Logs',
    json({
      messageType: 'CONTROL_MESSAGE',
      logEvents: [
        { id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.' },
      ],
    }),
  ],
  ['control-message', 'a confirmation of SNS', json({ Type: 'SubscriptionConfirmation', SubscribeURL: 'x' }), 0],
  [
    'eventbridge-other',
    'an event of GuardDuty',
    json({ 'detail-type': 'GuardDuty Finding', source: 'aws.guardduty', detail: {} }),
    0,
  ],
];

describe('what gives no call is told once, by name, with its place and the reason', () => {
  for (const [kind, what, text, offset] of oddInputs) {
    test(`${what} is ${kind}`, () => {
      const { oddities } = readAll([text]);
      assert.deepEqual(
        oddities.map((oddity) => oddity.kind),
        [kind],
      );
      assert.equal(oddities[0]!.origin, 'input');
      if (offset !== undefined) assert.equal(oddities[0]!.offset, offset);
      assert.match(oddities[0]!.reason, /^expected .+, found /);
    });
  }

  test('the catalogue lists these kinds and no others', () => {
    assert.deepEqual(new Set(oddInputs.map(([kind]) => kind)), new Set(Object.keys(recordOddities)));
  });
});

describe('damage is contained', () => {
  test('one broken line among many records loses nothing else', () => {
    const broken = [texts[0], texts[1]!.slice(0, 200), texts[2], '{"eventName"', texts[1]].join('\n');
    const heard = readAll([broken]);
    assert.deepEqual(
      heard.calls.map((call) => call.id),
      [expected[0]!.id, expected[2]!.id, expected[1]!.id],
    );
    assert.deepEqual([...new Set(heard.oddities.map((oddity) => oddity.kind))], ['not-json']);
  });

  test('a flood of strange lines before the first record is summed up', () => {
    const heard = readAll([`${json({ Events: Array.from({ length: 500 }, (_, i) => ({ i })) })}\n${texts[0]}`]);
    assert.equal(heard.records, 1);
    assert.equal(heard.oddities.length, 51);
    assert.match(heard.oddities.at(-1)!.reason, /450 more/);
  });

  test('bytes that are not UTF-8, lone surrogates and NUL stay inside their record', () => {
    const bytes = Buffer.from(`{"Records":[${texts[0]},${json({ ...logStream, userAgent: 'AGENT' })},${texts[2]}]}`);
    bytes.set([0xff, 0xfe, 0xc0, 0x80, 0xed], bytes.indexOf('AGENT'));
    const heard = readAll([bytes]);
    assert.deepEqual(heard.oddities, []);
    assert.deepEqual(
      heard.calls.map((call) => call.id),
      expected.map((call) => call.id),
    );
    const surrogate = texts[1]!.replace('awslambda-worker', '\\ud800');
    assert.equal(readAll([surrogate]).calls[0]!.userAgent.charCodeAt(0), 0xd800);
  });

  test('any bytes at all give calls or oddities and never throw', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"',
          ',',
          ':',
          '\\',
          '\n',
          '{"Records":[',
          '{"Events":[',
          '"CloudTrailEvent":"',
          ...texts,
        )
        .map((text) => Buffer.from(text)),
      fc.tuple(fc.constantFrom(...envelopes), fc.nat(), fc.nat()).map(([[, text], from, length]) => {
        const bytes = Buffer.from(text as string);
        return bytes.subarray(from % bytes.length, (from % bytes.length) + (length % 400));
      }),
    );
    const { hear } = listen();
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const inPieces = hear(pieces);
        const bytes = Buffer.concat(pieces);
        const whole = hear([bytes]);
        const byByte = hear(Array.from(bytes, (byte) => Uint8Array.of(byte)));
        for (const heard of [inPieces, whole]) {
          assert.ok(heard.records > 0 || heard.oddities.length > 0);
          for (const oddity of heard.oddities) assert.ok(Object.hasOwn(recordOddities, oddity.kind), oddity.kind);
        }
        // Known limit: behind damage in a piece of many KiB it may still depend on the cut how much is found again.
        assert.deepEqual(inPieces, whole);
        assert.deepEqual(byByte, whole);
      }),
      { numRuns: 500 },
    );
  });

  const streams: readonly [what: string, before: string, element: string, megabytes: number][] = [
    ['a delivered file', '{"Records":[', texts[2]!, 40],
    ['lookup-events', '{"Events":[', json(lookedUp[2]), 40],
  ];
  for (const [what, before, element, megabytes] of streams) {
    test(`${what} of ${megabytes} MB in one line is read in little memory`, () => {
      const block = Buffer.from(`${element},`.repeat(128));
      const atStart = process.memoryUsage().arrayBuffers;
      let most = 0;
      const chunks = function* (): Generator<string | Uint8Array> {
        yield before;
        for (let bytes = 0; bytes < megabytes * 1_000_000; bytes += block.length) {
          yield block;
          most = Math.max(most, process.memoryUsage().arrayBuffers - atStart);
        }
        yield `${element}],"x":1}`;
      };
      const heard = readAll(chunks());
      assert.deepEqual(heard.oddities, []);
      assert.equal(heard.records, 128 * Math.ceil((megabytes * 1_000_000) / block.length) + 1);
      assert.ok(most < 24_000_000, String(most));
    });
  }
});

describe('real samples', () => {
  const trails = sharedData('data/trails');
  test('every file is accounted for, by records or by name', {
    skip: trails === undefined && WITHOUT_SHARED_DATA,
  }, () => {
    let records = 0;
    const { hear } = listen();
    for (const entry of readdirSync(trails!, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      const heard = hear([bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes]);
      assert.ok(heard.records > 0 || heard.oddities.length > 0, entry.name);
      for (const { kind } of heard.oddities) assert.ok(Object.hasOwn(recordOddities, kind), kind);
      records += heard.records;
    }
    assert.ok(records > 1500, String(records));
  });

  const samples = sharedData('data/trails/opensearch-catalog/integrations/observability/aws_cloudtrail/data');
  test('the account with Lambdas at work has its issues, log writer and decryptions', {
    skip: samples === undefined && WITHOUT_SHARED_DATA,
  }, () => {
    const heard = readAll([readFileSync(join(samples!, 'samples-large.json'))]);
    const kinds = heard.calls.map((call) => call.testimony?.kind);
    const byLambda = heard.calls.filter(
      ({ testimony }) => testimony?.kind === 'issue' && testimony.service === 'lambda.amazonaws.com',
    );
    assert.equal(heard.records, 840);
    assert.equal(byLambda.length, 11);
    assert.equal(kinds.filter((kind) => kind === 'environment-decrypt').length, 3);
    assert.equal(kinds.filter((kind) => kind === 'log-stream').length, 1);
  });
});
