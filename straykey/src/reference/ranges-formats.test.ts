import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseRanges } from './ranges-formats.ts';

const TOKEN = 1_787_411_825; // 2026-08-22T15:17:05Z
const entry = { ip_prefix: '3.80.0.0/12', region: 'us-east-1', service: 'EC2', network_border_group: 'us-east-1' };
const entry6 = {
  ipv6_prefix: '2600:1F18::/33',
  region: 'us-east-1',
  service: 'EC2',
  network_border_group: 'us-east-1',
};
const document = {
  syncToken: String(TOKEN),
  createDate: '2026-08-22-15-17-05',
  prefixes: [entry],
  ipv6_prefixes: [entry6],
};

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => parseRanges(bytes(text), 'a file');
const readJson = (more: object) => read(JSON.stringify({ ...document, ...more }));

function readable(result: ReturnType<typeof parseRanges>) {
  assert.equal(result.kind, 'ranges', result.kind === 'unusable' ? result.reason : '');
  return result as Extract<typeof result, { kind: 'ranges' }>;
}

describe("AWS's ip-ranges.json", () => {
  test('is one version, open-ended, prefixes in canonical spelling', () => {
    const same = {
      region: 'us-east-1',
      service: 'EC2',
      networkBorderGroup: 'us-east-1',
      intervals: [TOKEN, Number.POSITIVE_INFINITY],
    };
    const { history, oddities } = readable(readJson({}));
    assert.deepEqual(history, {
      versions: [TOKEN],
      rows: [
        { prefix: '3.80.0.0/12', ...same },
        { prefix: '2600:1f18::/33', ...same },
      ],
    });
    assert.deepEqual(oddities, []);
  });
  test('may be gzipped, and may begin with a byte order mark', () => {
    const plain = readJson({});
    assert.deepEqual(parseRanges(gzipSync(JSON.stringify(document)), 'a file'), plain);
    assert.deepEqual(read(`\ufeff\n ${JSON.stringify(document)}`), plain);
  });
  test('of 2015 has no IPv6 list and no border group', () => {
    const old = readable(
      readJson({
        ipv6_prefixes: undefined,
        prefixes: [{ ip_prefix: '3.80.0.0/12', region: 'us-east-1', service: 'EC2' }],
      }),
    );
    assert.deepEqual(
      old.history.rows.map(({ networkBorderGroup }) => networkBorderGroup),
      [''],
    );
  });
  test('is dated by createDate where the token is missing, with single digits too', () => {
    const timeOf = (createDate: string) => readable(readJson({ syncToken: undefined, createDate })).history.versions[0];
    assert.equal(timeOf('2026-08-22-15-17-05'), TOKEN);
    assert.equal(timeOf('2017-07-20-22-42-2'), Date.parse('2017-07-20T22:42:02Z') / 1000);
  });
});

describe('a history CSV', () => {
  const head = 'prefix,region,service,network_border_group,first_seen,last_seen,intervals';
  test('gives each row its interval, open where last_seen is empty, and every time in it as a version', () => {
    const { history } = readable(
      read(
        `${head}\r\n3.80.0.0/12,us-east-1,EC2,us-east-1,2020-01-01T00:00:00Z,,1\r\n3.0.0.0/15,us-east-1,EC2,,2017-07-20T22:42:2Z,2020-01-02T00:00:00Z,2\r\n`,
      ),
    );
    const [first, second, third] = ['2017-07-20T22:42:02Z', '2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z'].map(
      (text) => Date.parse(text) / 1000,
    );
    assert.deepEqual(history.versions, [first, second, third]);
    assert.deepEqual(
      history.rows.map(({ prefix, intervals }) => [prefix, intervals]),
      [
        ['3.80.0.0/12', [second, Number.POSITIVE_INFINITY]],
        ['3.0.0.0/15', [first, third! + 1]],
      ],
    );
  });
  test('may have its columns in another order, quoted, and lack those that only describe', () => {
    const { history } = readable(read('"last_seen","prefix","first_seen"\n"","3.80.0.0/12","2020-01-01T00:00:00Z"\n'));
    assert.deepEqual(
      history.rows.map(({ prefix, region }) => [prefix, region]),
      [['3.80.0.0/12', '']],
    );
  });
  test('with bad rows is used without them, and the first is named', () => {
    const good = '3.80.0.0/12,us-east-1,EC2,us-east-1,2020-01-01T00:00:00Z,,1';
    const bad = [
      '3.80.0.0/99,us-east-1,EC2,us-east-1,2020-01-01T00:00:00Z,,1',
      '3.80.0.0/12,us-east-1,EC2,us-east-1,yesterday,,1',
      '3.80.0.0/12,us-east-1,EC2,us-east-1,2020-01-02T00:00:00Z,2020-01-01T00:00:00Z,1',
      '3.80.0.0/12,us-east-1',
      '0.0.0.0/0,us-east-1,EC2,us-east-1,2020-01-01T00:00:00Z,,1',
      '__proto__,us-east-1,EC2,us-east-1,2020-01-01T00:00:00Z,,1',
    ];
    const { history, oddities } = readable(read([head, good, ...bad].join('\n')));
    assert.equal(history.rows.length, 1);
    assert.deepEqual(oddities, [
      {
        kind: 'ranges-rows-unusable',
        origin: 'a file',
        reason: '6 rows could not be used, the first at line 3: no prefix in "3.80.0.0/99"',
      },
    ]);
  });
});

describe('what cannot be used says what was expected', () => {
  const rows: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', bytes(''), /a file: expected an ip-ranges\.json, or a CSV/],
    ['another CSV', bytes('a,b,c\n1,2,3\n'), /columns prefix, first_seen and last_seen/],
    ['broken JSON', bytes('{"syncToken": '), /cannot be parsed/],
    ['another JSON', bytes('{"Records": []}'), /syncToken or createDate, found neither/],
    [
      'a list without prefixes',
      bytes(JSON.stringify({ syncToken: String(TOKEN), prefixes: [] })),
      /holds no usable prefix/,
    ],
    [
      'a list that is no list',
      bytes(JSON.stringify({ syncToken: String(TOKEN), prefixes: 7 })),
      /holds no usable prefix/,
    ],
    [
      'a list that would make the whole Internet AWS',
      bytes(
        JSON.stringify({
          ...document,
          prefixes: [{ ...entry, ip_prefix: '0.0.0.0/0' }],
          ipv6_prefixes: [{ ...entry6, ipv6_prefix: '::/0' }],
        }),
      ),
      /2 rows could not be used, the first at prefixes\[0\]: 0\.0\.0\.0\/0 is wider/,
    ],
    [
      'entries of any shape',
      bytes(JSON.stringify({ syncToken: String(TOKEN), prefixes: [null, 1, 'x', {}, { ip_prefix: 7 }] })),
      /5 rows could not be used/,
    ],
    ['damaged gzip', gzipSync('x'.repeat(1000)).subarray(0, 20), /not readable as gzip/],
  ];
  for (const [name, file, reason] of rows) {
    test(name, () => {
      const result = parseRanges(file, 'a file');
      assert.equal(result.kind, 'unusable');
      assert.match((result as { reason: string }).reason, reason);
    });
  }
});

test('bytes of any kind never throw', () => {
  const any = fc.oneof(
    fc.uint8Array(),
    fc.json().map(bytes),
    fc.string().map((text) => bytes(`prefix,first_seen,last_seen\n${text}`)),
  );
  fc.assert(fc.property(any, (file) => void parseRanges(file, 'a file')));
});
