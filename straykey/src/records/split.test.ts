import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSplitter, type FastLane } from './split.ts';
import { MAX_PIECE_BYTES } from './split-piece.ts';

interface Cut {
  readonly pieces: readonly string[];
  /** `kind@offset`. */
  readonly troubles: readonly string[];
  readonly lists: number;
}

/** Splits chunks as the reader does, without a fast lane. Pieces that are not JSON are refused, as there. */
function cut(...chunks: readonly (string | Uint8Array)[]): Cut {
  const pieces: string[] = [];
  const troubles: string[] = [];
  let lists = 0;
  const splitter = createSplitter({
    piece(bytes) {
      const text = Buffer.from(bytes).toString();
      try {
        JSON.parse(text);
      } catch {
        return false;
      }
      pieces.push(text);
      return true;
    },
    list() {
      lists++;
    },
    trouble(kind, offset) {
      troubles.push(`${kind}@${offset}`);
    },
  });
  for (const chunk of chunks) splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  splitter.end();
  return { pieces, troubles, lists };
}

/** The same bytes in chunks of `size`. */
function chunked(text: string, size: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

describe('documents are told apart however they stand', () => {
  const forms: readonly [what: string, text: string][] = [
    ['one a line', '{"a":1}\n{"a":2}\r\n{"a":3}\n'],
    ['back to back, as Firehose writes them', '{"a":1}{"a":2}{"a":3}'],
    ['with commas between', '{"a":1},{"a":2},\n{"a":3},'],
    ['behind a byte order mark and blanks', '\ufeff \t\n{"a":1} {"a":2} {"a":3}'],
    ['as JSON text sequences', '\u001e{"a":1}\n\u001e{"a":2}\n\u001e{"a":3}\n'],
    ['in a bare list', '[{"a":1},{"a":2},{"a":3}]'],
    ['in a list over many lines', '[\n{"a":1},\n{"a":2}\n,{"a":3}\n]\n'],
    ['in a known list', '{"Events":[{"a":1},{"a":2},{"a":3}]}'],
    [
      'in a known list between other members',
      '{"x":[1,{"Events":2}],"Events":[{"a":1},{"a":2},{"a":3}],"y":{"Records":[5]}}',
    ],
    ['in a known list whose name is escaped', '{"\\u0045vents":[{"a":1},{"a":2},{"a":3}]}'],
    ['in two lists', '{"Records":[{"a":1},{"a":2}]}\n{"logEvents":[{"a":3}]}'],
    [
      'behind a time stamp, as exported log groups have it',
      '2026-03-01T00:00:00.000Z {"a":1}\n2026-03-01T00:00:01Z {"a":2}\nx {"a":3}',
    ],
  ];
  for (const [what, text] of forms) {
    test(what, () => {
      const found = cut(text);
      assert.deepEqual(found.pieces, ['{"a":1}', '{"a":2}', '{"a":3}']);
      for (let size = 1; size < 12; size++) assert.deepEqual(cut(...chunked(text, size)), found);
    });
  }

  test('brackets, quotes and commas inside text do not count', () => {
    const document = '{"a":"}],\\"{[","b\\\\":["\\\\\\"]"]}';
    assert.deepEqual(cut(`${document}${document}`).pieces, [document, document]);
  });

  test('a list inside a list is one element, and so is a text', () => {
    assert.deepEqual(cut('{"QueryResultRows":[[{"a":"1"},{"b":"2"}],["x"]]}').pieces, [
      '[{"a":"1"},{"b":"2"}]',
      '["x"]',
    ]);
    assert.deepEqual(cut('["{}","[]"]').pieces, ['"{}"', '"[]"']);
  });

  test('a list known by name counts only at the top of a document', () => {
    const nested = '{"a":{"Events":[1]},"b":[{"Events":[2]}]}';
    assert.deepEqual(cut(nested), { pieces: [nested], troubles: [], lists: 0 });
  });

  test('an empty list is a list', () => {
    for (const text of ['[]', '{"Records":[]}', '{"Records":[ ] , "x":1}']) {
      assert.deepEqual(cut(text), { pieces: [], troubles: [], lists: 1 });
    }
  });
});

test('cutting the input anywhere changes nothing', () => {
  const document = fc.oneof(
    fc.jsonValue().map((value) => ({ a: value })),
    fc.array(fc.jsonValue().map((value) => ({ b: value }))).map((Events) => ({ Events })),
    fc.array(fc.jsonValue().map((value) => [value])),
  );
  const input = fc.array(
    fc.tuple(document, fc.constantFrom('', '\n', ' ', ',', '}', ']', '"', 'junk\n', '\u0000', '{')),
  );
  fc.assert(
    fc.property(input, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), (documents, cuts) => {
      const text = documents.map(([value, after]) => JSON.stringify(value) + after).join('');
      const bytes = Buffer.from(text);
      const places = [0, ...cuts.filter((place) => place < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
      assert.deepEqual(cut(...chunks), cut(bytes));
    }),
    { numRuns: 500 },
  );
});

test('well-formed documents come out as they went in', () => {
  const document = fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((value) => ({ ...value, Events: undefined, events: undefined, Records: undefined, records: undefined }));
  fc.assert(
    fc.property(fc.array(document), fc.constantFrom('', '\n', ',\n'), fc.boolean(), (documents, between, pretty) => {
      const texts = documents.map((value) => JSON.stringify(value, undefined, pretty ? 2 : undefined));
      assert.deepEqual(cut(texts.join(between)), { pieces: texts, troubles: [], lists: 0 });
    }),
  );
});

describe('one broken piece does not lose the others', () => {
  const good = '{"a":1}';
  const cases: readonly [what: string, text: string, pieces: readonly string[], troubles: readonly string[]][] = [
    ['a line cut inside a text', `${good}\n{"b":"xy\n${good}\n`, [good, good], ['not-json@8']],
    ['a line cut after a comma', `${good}\n{"b":2,\n${good}\n`, [good, good], ['not-json@8']],
    ['a line cut inside an object', `{"b":{"c":\n${good}\n${good}`, [good, good], ['not-json@0']],
    ['a line cut inside a list', `{"b":[1,\n${good}\n${good}`, [good, good], ['not-json@0']],
    ['a line without its end, at the end', `${good}\n{"b":2`, [good], ['truncated-json@8']],
    ['a balanced line that is not JSON', `${good}\n{"b":nope}\n${good}`, [good, good], ['not-json@8']],
    ['mismatched brackets', `{"b":[1}\n${good}`, [good], ['not-json@0']],
    ['text around', `# heading\n${good}\nsee {this} and [that]\n${good}`, [good, good], ['not-json@0', 'not-json@18']],
    ['stray closing brackets', `}]}\n${good}`, [good], ['not-json@0']],
    ['an element that is not JSON', `{"Events":[${good},{"b":nope},${good}]}`, [good, good], ['not-json@19']],
    ['numbers among elements', `{"Events":[${good},1,null,${good}]}`, [good, good], ['not-json@19']],
    ['an element with mismatched brackets', `{"Events":[${good},{"b":[1},\n${good}]}`, [good, good], ['not-json@19']],
    [
      'an element cut inside a text',
      `{"Events":[\n  ${good},\n  {"b":"x\n  },\n  ${good}\n]}`,
      [good, good],
      ['not-json@25'],
    ],
    ['a list without its end', `{"Events":[${good},${good}`, [good, good], ['truncated-json@26']],
    ['a list cut inside an element', `{"Events":[${good},{"b":`, [good], ['truncated-json@19']],
    ['a document without its end behind its list', `{"Events":[${good}]`, [good], ['truncated-json@18']],
    ['a bare list without its end', `[${good},`, [good], ['truncated-json@9']],
  ];
  for (const [what, text, pieces, troubles] of cases) {
    test(what, () => {
      const found = cut(text);
      assert.deepEqual(found.pieces, pieces);
      assert.deepEqual(found.troubles, troubles);
      for (let size = 1; size < 9; size++) assert.deepEqual(cut(...chunked(text, size)), found);
    });
  }
});

describe('bounds', () => {
  test('a piece over 16 MiB is told and passed over, in a document, an element and a list', () => {
    const filling = Buffer.alloc(1024 * 1024, 'x');
    const big = (before: string, after: string) => [
      before,
      ...Array(MAX_PIECE_BYTES / filling.length).fill(filling),
      after,
    ];
    assert.deepEqual(cut(...big('{"a":"', '"}\n{"a":1}')), {
      pieces: ['{"a":1}'],
      troubles: ['record-too-large@0'],
      lists: 0,
    });
    assert.deepEqual(cut(...big('{"Events":[{"a":"', '"},{"a":1}]}')).pieces, ['{"a":1}']);
    const behind = cut(...big('{"junk":"', '","Events":[{"a":1}]}'));
    assert.deepEqual(behind, { pieces: ['{"a":1}'], troubles: [], lists: 1 });
  });

  test('a million brackets are too deep, closed or not, and what follows is read', () => {
    const open = '['.repeat(1_000_000);
    const close = ']'.repeat(1_000_000);
    assert.deepEqual(cut(open).troubles, ['too-deep@1']);
    assert.deepEqual(cut(`{"a":${open}`).troubles, ['too-deep@0']);
    assert.deepEqual(cut(`{"a":${open}${close}}{"a":1}`), { pieces: ['{"a":1}'], troubles: ['too-deep@0'], lists: 0 });
    const level = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    assert.equal(cut(level(999)).pieces.length, 1);
    assert.deepEqual(cut(level(1000)).troubles, ['too-deep@0']);
  });

  test('input made to be walked again and again stays cheap', () => {
    const line = '{"a":\n';
    const hostile = `${line.repeat(900)}!}\n`.repeat(60);
    const started = performance.now();
    cut(...chunked(hostile, 4096));
    assert.ok(performance.now() - started < 5000);
  });
});

describe('the fast lane', () => {
  /** Takes everything up to the first unmatched closing bracket, as the scanner does. */
  function split(text: string, size: number): { readonly taken: readonly string[]; readonly pieces: number } {
    const taken: string[] = [];
    let pieces = 0;
    let depth = 0;
    const lane: FastLane = {
      open: (offset) => void taken.push(`${offset}:`),
      push(bytes) {
        for (const [i, byte] of bytes.entries()) {
          if (byte === 0x5b || byte === 0x7b) depth++;
          if (byte === 0x5d && depth === 0) return { closedAfter: i + 1 };
          if (byte === 0x5d || byte === 0x7d) depth--;
          taken[taken.length - 1] += String.fromCharCode(byte);
        }
        return 'more';
      },
      close: () => false,
    };
    const splitter = createSplitter({ piece: () => ++pieces > 0, list() {}, trouble() {} }, lane);
    for (const chunk of chunked(text, size)) splitter.push(chunk);
    splitter.end();
    return { taken, pieces };
  }

  const record = '{"eventVersion":"1.11","a":[]}';
  const cases: readonly [what: string, text: string, taken: readonly string[], pieces: number][] = [
    ['gets the records of a delivered file', `{"Records":[${record},${record}]}`, [`12:${record},${record}`], 0],
    ['gets them behind other members', `{"x":{"Records":[]},"Records":[${record}],"y":[]}`, [`31:${record}`], 0],
    ['gets the objects of a bare list', `[ ${record} ]`, [`2:${record} `], 0],
    ['gets lines from the first record on', `{"a":1}\n${record}\n${record}`, [`8:${record}\n${record}`], 1],
    [
      'gets a record whose telling member comes late',
      `{"z":{"q":1},"eventName":"x"}`,
      ['0:{"z":{"q":1},"eventName":"x"}'],
      0,
    ],
    [
      'gets several files, one behind the other',
      `{"Records":[${record}]}{"Records":[${record}]}`,
      [`12:${record}`, `56:${record}`],
      0,
    ],
    ['does not get envelopes', '{"Events":[{"a":1}]}{"detail":{"eventName":"x"}}', [], 2],
  ];
  for (const [what, text, taken, pieces] of cases) {
    test(what, () => {
      for (const size of [1, 2, 3, 7, 1000])
        assert.deepEqual(split(text, size), { taken, pieces }, `chunks of ${size}`);
    });
  }
});
