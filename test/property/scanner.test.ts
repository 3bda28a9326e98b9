import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Oddity } from '../../straykey/src/kit/index.ts';
import type { ApiCall, Issue, SkimHooks, Standing, Tally } from '../../straykey/src/records/index.ts';
import { toApiCall } from '../../straykey/src/records/parse.ts';
import { createScanner, skimParsed } from '../../straykey/src/records/scanner.ts';
import { brokenPiece, dice, plainRecordText, recordText } from './scanner-arbitraries.ts';
import { issueText } from './scanner-issues.ts';

const RUNS = { numRuns: 100, verbose: 1 } as const;

/** What a lane told, in a form that compares as sets. */
interface Told {
  readonly reads: Set<string>;
  /** Issues, each with its key, whether they were read or told by their key. */
  readonly issues: Set<string>;
  /** Records of kind `read` that tell all by an outline, by what it says. */
  readonly testimonies: Set<string>;
  readonly notes: Set<string>;
  readonly oddities: Oddity[];
  readonly tallies: Map<number, Tally>;
}

/** Hooks whose answers are functions of exactly what {@link SkimHooks} says is asked. */
function recorder(): Recorder {
  const sets = { reads: new Set<string>(), issues: new Set<string>(), testimonies: new Set<string>() };
  const told: Told = { ...sets, notes: new Set(), oddities: [], tallies: new Map() };
  const met = new Set<string>();
  const likes: string[] = [];
  let file = '';
  let issuedByKey = 0;
  let witnessed = 0;
  const meet = (call: ApiCall) => {
    met.add(`${file} ${JSON.stringify(outlineOf(call))}`);
    return standingOf(hashOf(callerOf(call)));
  };
  const witness = (call: ApiCall) => {
    // All that would come of meeting its caller.
    const standing = meet(call);
    if (typeof standing === 'object') told.notes.add(`${file} ${standing.note}`);
    if (kindOf(call.eventSource, call.eventName) !== 'read' || hashOf(outlineOf(call)) % 2 === 0) return false;
    told.testimonies.add(
      `${file} ${JSON.stringify([...outlineOf(call), call.userAgent, call.errorCode, call.testimony])}`,
    );
    return true;
  };
  const hooks: SkimHooks = {
    kindOf,
    meet,
    witness(call) {
      if (!witness(call)) return false;
      witnessed++;
      return true;
    },
    likeOf: (issue) => (isLikeOthers(issue) ? likes.push(likeKeyOf(issue)) - 1 : -1),
    issued(like, accessKeyId) {
      issuedByKey++;
      told.issues.add(`${file} ${likes[like]} ${accessKeyId}`);
    },
    note: (token) => told.notes.add(`${file} ${token}`),
    read(call, offset) {
      if (witness(call)) return;
      if (kindOf(call.eventSource, call.eventName) === 'issue' && isLikeOthers(call)) {
        told.issues.add(`${file} ${likeKeyOf(call)} ${issueOf(call)?.accessKeyId}`);
      } else told.reads.add(`${file} ${offset} ${JSON.stringify(call)}`);
    },
    tallyOf: (call) => hashOf(tallyKeyOf(call)) % 1000,
    oddity: (oddity) => told.oddities.push(oddity),
  };
  return {
    hooks,
    told,
    met,
    file: (name) => (file = name),
    issuedByKey: () => issuedByKey,
    witnessed: () => witnessed,
  };
}

interface Recorder {
  readonly hooks: SkimHooks;
  readonly told: Told;
  /** What the callers were met by. */
  readonly met: Set<string>;
  readonly file: (name: string) => void;
  readonly issuedByKey: () => number;
  readonly witnessed: () => number;
}

function kindOf(source: string, name: string): ReturnType<SkimHooks['kindOf']> {
  if (source === 'sts.amazonaws.com' && name.startsWith('AssumeRole')) return 'issue';
  return (['skim', 'read', 'read-function-arn', 'issue'] as const)[hashOf([source, name]) % 4]!;
}

function issueOf(call: ApiCall): Issue | undefined {
  return call.testimony?.kind === 'issue' ? call.testimony : undefined;
}

/** Some callers' issues are to be read each. */
function isLikeOthers(call: ApiCall): boolean {
  return issueOf(call)?.accessKeyId !== undefined && hashOf(likeKeyOf(call)) % 4 !== 0;
}

/** An issue without its time and key. */
function likeKeyOf(call: ApiCall): string {
  const { accessKeyId: _, expiration: __, ...issue } = issueOf(call)!;
  return JSON.stringify([call.eventSource, call.eventName, call.awsRegion, issue, ...keyOf(call), call.errorCode]);
}

function standingOf(hash: number): Standing {
  return (['skip', 'skip', 'read', 'again', 'read-once'] as const)[hash % 10] ?? { note: hash % 5 };
}

/** The caller, without the day. */
function keyOf({ identity: i, ...call }: ApiCall): readonly unknown[] {
  const key = [i.accessKeyId, i.principalId, i.arn, i.accountId, i.kind, i.invokedBy, i.inScopeOf, i.inScopeOfOddity];
  return [...key, call.sourceIPAddress, call.vpcEndpointId, call.vpcEndpointAccountId];
}

function callerOf(call: ApiCall): readonly unknown[] {
  const endpoint = call.vpcEndpointId ?? call.vpcEndpointAccountId;
  const place = endpoint === undefined ? [] : [call.eventSource, call.awsRegion];
  return [...keyOf(call), Math.floor(call.time / 86400), ...place];
}

/** What {@link SkimHooks.meet} may rely on. */
function outlineOf(call: ApiCall): readonly unknown[] {
  const { identity: i } = call;
  const session = i.kind === 'session' ? [i.roleId, i.roleName, i.sessionName] : [];
  const rest = [call.time, call.eventName, call.eventSource, call.awsRegion, call.eventType];
  return [...keyOf(call), ...tallyKeyOf(call), ...session, ...rest];
}

function tallyKeyOf(call: ApiCall): readonly unknown[] {
  return [call.recipientAccountId, call.awsRegion, call.eventCategory, call.eventSource === 's3.amazonaws.com'];
}

function hashOf(key: unknown): number {
  let hash = 0;
  for (const character of JSON.stringify(key)) hash = (Math.imul(hash, 31) + character.codePointAt(0)!) >>> 0;
  return dice(hash)() * 2 ** 32;
}

const encoder = new TextEncoder();

/** The fast lane, its bytes cut at most `most` long. */
function scan(text: string, most: number, seed: number, target = recorder()): Told {
  const scanner = createScanner(target.hooks, toApiCall, { seed: BigInt(seed) });
  const bytes = encoder.encode(text);
  const draw = dice(seed);
  // Twice: the second time with every answer remembered.
  for (const name of ['first', 'second']) {
    target.file(name);
    scanner.begin(name, 0);
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + Math.floor(draw() * most);
      assert.equal(scanner.push(bytes.slice(at, at + size)), 'more');
      at += size;
    }
    scanner.end();
  }
  for (const [number, tally] of scanner.tallies()) target.told.tallies.set(number, tally);
  return target.told;
}

/** The slow lane: the same records one by one. `offsets` are those of the texts. */
function skim(texts: readonly string[], offsets: readonly number[], target = recorder()): Told {
  const { hooks, told, file } = target;
  const counting: SkimHooks = {
    ...hooks,
    tallyOf(call) {
      const number = hooks.tallyOf(call);
      const before = told.tallies.get(number);
      told.tallies.set(number, {
        records: (before?.records ?? 0) + 1,
        firstTime: Math.min(before?.firstTime ?? call.time, call.time),
        lastTime: Math.max(before?.lastTime ?? call.time, call.time),
      });
      return number;
    },
  };
  for (const name of ['first', 'second']) {
    file(name);
    texts.forEach((text, i) => {
      // As the bytes read: a lone surrogate that is not escaped has no form in UTF-8.
      const value = JSON.parse(text.toWellFormed());
      skimParsed(value, { origin: name, offset: offsets[i]! }, counting, toApiCall);
    });
  }
  return told;
}

function joined(texts: readonly string[], separators: readonly string[]): { text: string; offsets: number[] } {
  let text = '';
  const offsets: number[] = [];
  texts.forEach((one, i) => {
    offsets.push(encoder.encode(text).length);
    text += one + separators[i % separators.length];
  });
  return { text, offsets };
}

const separators = fc.constantFrom([','], ['\n'], [' ,\n'], [''], ['\r\n', ',', '']);
const chunks = fc.constantFrom(1, 7, 100, 5000, 1e6);

test('both lanes tell the same of any records, however they are written, joined and cut', () => {
  const text = fc.oneof({ weight: 3, arbitrary: recordText }, { weight: 1, arbitrary: plainRecordText });
  let witnessed = 0;
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), separators, chunks, fc.nat(), (texts, joints, most, seed) => {
      const { text, offsets } = joined(texts, joints);
      const target = recorder();
      assert.deepEqual(scan(text, most, seed, target), skim(texts, offsets));
      witnessed += target.witnessed();
    }),
    RUNS,
  );
  assert.ok(witnessed > 0);
});

test('both lanes tell the same issues, the fast one many of them by their key', () => {
  const text = fc.oneof({ weight: 6, arbitrary: issueText }, { weight: 1, arbitrary: recordText });
  let issuedByKey = 0;
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), separators, chunks, fc.nat(), (texts, joints, most, seed) => {
      const { text, offsets } = joined(texts, joints);
      const target = recorder();
      const told = scan(text, most, seed, target);
      assert.deepEqual(told, skim(texts, offsets));
      issuedByKey += target.issuedByKey();
    }),
    RUNS,
  );
  // Some sixty in a hundred runs.
  assert.ok(issuedByKey > 10, `${issuedByKey}`);
});

test('by an outline or in full, a caller is met as the record shows it', () => {
  const text = fc.oneof(recordText, issueText);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), fc.nat(), (texts, seed) => {
      const { text, offsets } = joined(texts, [',']);
      const [fast, slow] = [recorder(), recorder()];
      scan(text, 1e6, seed, fast);
      skim(texts, offsets, slow);
      for (const met of fast.met) assert.ok(slow.met.has(met), met);
    }),
    RUNS,
  );
});

test('values that are no objects are told by both lanes alike', () => {
  const stray = fc.oneof(
    fc.constantFrom('null', 'true', '-1.5e3', '"a \\" b"', '[{"eventTime":"x"},"]"]', '{}', '[]', '""'),
    plainRecordText,
  );
  fc.assert(
    fc.property(fc.array(stray, { maxLength: 6 }), chunks, fc.nat(), (texts, most, seed) => {
      const { text, offsets } = joined(texts, [',']);
      assert.deepEqual(scan(text, most, seed), skim(texts, offsets));
    }),
    RUNS,
  );
});

test('a broken piece is told where it stands and costs none of the records around it', () => {
  const piece = fc.oneof(
    { weight: 3, arbitrary: plainRecordText.map((text) => ({ text, broken: false })) },
    { weight: 1, arbitrary: brokenPiece.map((text) => ({ text, broken: true })) },
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.constantFrom([','], ['\n']),
      chunks,
      fc.nat(),
      (pieces, joints, most, seed) => {
        const { text, offsets } = joined(
          pieces.map((one) => one.text),
          joints,
        );
        const sound = pieces.flatMap((one, i) => (one.broken ? [] : [i]));
        const expected = skim(
          sound.map((i) => pieces[i]!.text),
          sound.map((i) => offsets[i]!),
        );
        const told = scan(text, most, seed);
        assert.deepEqual({ ...told, oddities: [] }, { ...expected, oddities: [] });
        const firstBroken = pieces.findIndex((one) => one.broken);
        const kinds = new Set(told.oddities.map((oddity) => oddity.kind));
        assert.equal(firstBroken >= 0, told.oddities.length > 0);
        // Two broken pieces side by side may make one value that is JSON and no record.
        assert.ok(
          [...kinds].every((kind) => ['not-json', 'truncated-json', 'not-a-record'].includes(kind)),
          [...kinds].join(),
        );
        if (firstBroken >= 0) assert.equal(told.oddities[0]!.offset, offsets[firstBroken]);
      },
    ),
    RUNS,
  );
});

test('a record cut short anywhere costs none of the records after it', () => {
  fc.assert(
    fc.property(
      plainRecordText,
      fc.nat(),
      fc.array(plainRecordText, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(',', '\n', ''),
      chunks,
      fc.nat(),
      (victim, at, others, joint, most, seed) => {
        const cut = victim.slice(0, 1 + (at % (victim.length - 1))).toWellFormed();
        const { text, offsets } = joined([cut, ...others], [joint]);
        const expected = skim(others, offsets.slice(1));
        const told = scan(text, most, seed);
        for (const read of expected.reads) assert.ok(told.reads.has(read), `lost ${read}`);
        for (const note of expected.notes) assert.ok(told.notes.has(note), `lost note ${note}`);
        assert.deepEqual(
          told.oddities.map(({ kind, offset }) => ({ kind, offset })),
          Array(2).fill({ kind: 'not-json', offset: 0 }),
        );
        assert.deepEqual(told.tallies, expected.tallies);
      },
    ),
    RUNS,
  );
});

test('no bytes make the scanner throw or stop', () => {
  const hostile = fc.array(
    fc.oneof(
      brokenPiece,
      plainRecordText,
      fc.constantFrom('{', '[', '"', '\\', ',{"eventTime":', '{"', '}', ':', '\0', ' ', '\n', '1e', 'tru'),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(hostile, chunks, fc.nat(), (pieces, most, seed) => {
      const scanner = createScanner(recorder().hooks, toApiCall);
      const bytes = encoder.encode(pieces.join(''));
      const draw = dice(seed);
      scanner.begin('hostile', 0);
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + Math.floor(draw() * most);
        const after = scanner.push(bytes.slice(at, at + size));
        if (after !== 'more') break;
        at += size;
      }
      scanner.end();
    }),
    RUNS,
  );
});
