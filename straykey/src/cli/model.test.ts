import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linesOf, modelCommand } from './model.ts';
import { Exit } from './terminal.ts';

const NOW = 1_760_000_000;
const USE = {
  id: 'e1',
  t: NOW - 60,
  principal: '111122223333/role-orders/orders',
  role: '111122223333/role-orders',
  key: 'ASIAIOSFODNN7EXAMPLE',
  ip: '198.51.100.7',
  source: 's3.amazonaws.com',
  name: 'GetObject',
  region: 'eu-west-1',
};

describe('straykey model --jsonl', () => {
  it('answers each use from outside with one line, and nothing else', async () => {
    const inside = { inside: true, t: NOW, principal: USE.principal, vpce: false };
    const { code, out, err } = await run(
      { op: 'reset', options: { base: 18 } },
      { op: 'event', event: inside, now: NOW },
      { op: 'feedback', feedback: { id: 'f', t: NOW - 100, verdict: 'expected' } },
      { op: 'event', event: { ...USE, id: 'e0', t: NOW - 200 }, now: NOW },
      { op: 'event', event: USE, now: NOW },
    );
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(
      out.map(({ finding, id, reasons }) => ({ id, finding, reasons })),
      [
        { id: 'e0', finding: true, reasons: ['NEW_HOST'] },
        { id: 'e1', finding: false, reasons: [] },
      ],
    );
    assert.deepEqual(Object.keys(out[0]!), ['id', 'finding', 'reasons', 'score', 'explanation']);
  });

  it('begins anew on reset', async () => {
    const feedback = { id: 'f', t: 0, verdict: 'malicious' };
    const event = { op: 'event', event: USE };
    const { out } = await run({ op: 'feedback', feedback }, event, { op: 'reset' }, event);
    assert.deepEqual(
      out.map(({ reasons }) => reasons),
      [['HOST_REPORTED_MALICIOUS'], ['NEW_HOST']],
    );
  });

  it('does not remember a record from the future, and does not stay silent about it', async () => {
    const statement = { op: 'feedback', feedback: { id: 'f', t: NOW, verdict: 'expected' } };
    const ahead = { ...USE, id: 'ahead', t: NOW + 3601 };
    const { code, err, out } = await run(
      statement,
      { op: 'event', event: ahead, now: NOW },
      { op: 'event', event: { ...ahead, id: 'just', t: NOW + 3600 }, now: NOW },
      { op: 'event', event: { inside: true, t: NOW + 9999, principal: USE.principal, vpce: false }, now: NOW },
    );
    assert.equal(code, 0);
    assert.deepEqual(
      out.map(({ finding, id, reasons }) => [id, finding, ...reasons]),
      [
        ['ahead', true, 'DATED_AHEAD'],
        ['just', false],
      ],
    );
    assert.match(err, /2 records dated more than 1 h ahead were not remembered/);
  });

  const bad: readonly [string, unknown, RegExp][] = [
    ['text that is no JSON', '{"op":', /expected a JSON object/],
    ['JSON that is no object', [1], /expected a JSON object/],
    ['an unknown op', { op: 'evnt' }, /op: expected "reset", "feedback" or "event", found "evnt"/],
    ['an unknown option', { op: 'reset', options: { bse: 1 } }, /unknown option "bse"; known: lag, /],
    [
      'an option that does not fit',
      { op: 'reset', options: { lag: 1.5 } },
      /lag: expected a whole number from 0 to 30/,
    ],
    ['a prototype as option', '{"op":"reset","options":{"__proto__":1}}', /unknown option "__proto__"/],
    [
      'an event without a time',
      { op: 'event', event: { ...USE, t: undefined } },
      /event\.t: expected seconds since 1970, found nothing/,
    ],
    [
      'an event without an address',
      { op: 'event', event: { ...USE, ip: 's3.amazonaws.com' } },
      /event\.ip: expected an IPv4 or IPv6 address/,
    ],
    [
      'an event with a number for a name',
      { op: 'event', event: { ...USE, name: 7 } },
      /event\.name: expected a text that is not empty, found 7/,
    ],
    [
      'an endpoint use without its service',
      { op: 'event', event: { inside: true, t: 1, principal: 'p', vpce: true } },
      /expected source and region/,
    ],
    [
      'a clock that is no number',
      { op: 'event', event: USE, now: 'noon' },
      /now: expected seconds since 1970, found "noon"/,
    ],
    ['a statement about nothing', { op: 'feedback' }, /feedback: expected an object, found nothing/],
    [
      'an unknown verdict',
      { op: 'feedback', feedback: { id: 'f', t: 1, verdict: 'fine' } },
      /expected "expected" or "malicious" or "clear", found "fine"/,
    ],
    [
      'a CIDR that is none',
      { op: 'feedback', feedback: { id: 'f', t: 1, verdict: 'clear', cidr: '1.2.3' } },
      /feedback\.cidr: expected an address or CIDR range, found "1\.2\.3"/,
    ],
    ['an escape sequence', '{"op":"\u001b[31m"}', /expected a JSON object/],
  ];
  for (const [what, line, message] of bad) {
    it(`tells of ${what} with its line number, goes on, and ends with code 2`, async () => {
      const { code, err, out } = await run({ op: 'reset' }, line, { op: 'event', event: USE });
      assert.equal(code, 2);
      assert.match(err, /^straykey: line 2: /);
      assert.match(err, message);
      assert.doesNotMatch(err, /\u001b/);
      assert.equal(out.length, 1);
    });
  }

  it('lets blank lines and unknown fields pass, and takes null for absent', async () => {
    const event = { ...USE, ua: null, error: null, readOnly: null, tag: 'x' };
    const { code, out } = await run('', { op: 'event', event, now: null }, '  ');
    assert.deepEqual([code, out.length], [0, 1]);
  });

  it('refuses to start without --jsonl', async () => {
    const command = modelCommand(context([], [], []))
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await assert.rejects(command.parseAsync([], { from: 'user' }), /--jsonl/);
  });

  it('answers a line before the next one comes', async () => {
    const written: string[] = [];
    async function* asking(): AsyncGenerator<Uint8Array> {
      for (const id of ['a', 'b', 'c']) {
        const before = written.length;
        yield bytes(`${JSON.stringify({ op: 'event', event: { ...USE, id } })}\n`);
        assert.equal(written.length, before + 1);
      }
    }
    await modelCommand({ ...context([], written, []), stdin: asking() }).parseAsync(['--jsonl'], { from: 'user' });
    assert.equal(written.length, 3);
  });
});

describe('lines of bytes', () => {
  it('come out whole wherever the bytes were cut', async () => {
    const text = 'one\ntwö €\n\nlast';
    for (let size = 1; size < 8; size++) {
      const lines: string[] = [];
      for await (const line of linesOf(cut(text, size))) lines.push(line);
      assert.deepEqual(lines, ['one', 'twö €', '', 'last']);
    }
  });
});

interface Line {
  readonly id: string;
  readonly finding: boolean;
  readonly reasons: readonly string[];
}

async function run(...lines: unknown[]): Promise<{ code: number; out: Line[]; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const code = await modelCommand(context(input, out, err))
    .parseAsync(['--jsonl'], { from: 'user' })
    .then(
      () => 0,
      (error: unknown) => (error instanceof Exit ? error.code : assert.fail(String(error))),
    );
  return { code, out: out.map((line) => JSON.parse(line) as Line), err: err.join('') };
}

function context(lines: readonly string[], out: string[], err: string[]) {
  return {
    stdin: cut(lines.map((line) => `${line}\n`).join(''), 100),
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void err.push(text),
    now: () => NOW * 1000,
  };
}

async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const all = bytes(text);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
