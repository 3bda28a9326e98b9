import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

/**
 * The arrows of ARCHITECTURE.md, held. Read off the import lines: TypeScript 7 has no parser to borrow, and imports are simple
 * enough that a pattern reads them exactly (a test below makes sure of that).
 */

const root = join(import.meta.dirname, '..');
const src = join(root, 'straykey', 'src');
const files = globSync('**/*.ts', { cwd: src }).filter((file) => !file.endsWith('.test.ts'));

/** Folder (or file at the top) to what it may import besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  records: ['kit'],
  drill: ['kit'],
  sessions: ['kit', 'records'],
  where: ['kit', 'records'],
  survey: ['kit', 'records', 'sessions', 'where'],
  model: ['kit', 'records', 'sessions', 'where'],
  findings: ['kit', 'records', 'sessions', 'where', 'model'],
  criteria: ['kit', 'where', 'model', 'findings'],
  response: ['kit', 'sessions', 'model', 'findings'],
  sources: ['kit'],
  reference: ['kit', 'where'],
  config: ['kit'],
  store: ['kit', 'findings'],
  statements: ['model', 'findings'],
  rules: ['kit', 'criteria'],
  passes: ['kit', 'records', 'where', 'survey', 'sources'],
  timeline: ['kit', 'records', 'sessions', 'where', 'findings', 'store'],
  outlets: ['kit', 'findings', 'criteria', 'config', 'store'],
  arrivals: ['kit', 'config', 'sources', 'store'],
  live: [
    'kit',
    'records',
    'sessions',
    'where',
    'survey',
    'model',
    'findings',
    'judge-uses.ts',
    'pipeline.ts',
    'passes',
    'sources',
    'statements',
    'store',
    'arrivals',
  ],
  logging: ['kit'],
  metrics: [],
  health: [],
  iam: ['config'],
  doctor: ['kit', 'config', 'health', 'iam', 'sources', 'store'],
  api: [
    'kit',
    'records',
    'where',
    'model',
    'findings',
    'criteria',
    'response',
    'outlets',
    'statements',
    'rules',
    'store',
    'timeline',
  ],
  serve: [
    'kit',
    'records',
    'where',
    'survey',
    'findings',
    'sources',
    'reference',
    'config',
    'store',
    'arrivals',
    'live',
    'outlets',
    'api',
    'logging',
    'metrics',
    'health',
    'sample-finding.ts',
    'trail-files.ts',
  ],
  'judge-uses.ts': ['model', 'findings', 'survey', 'where'],
  'pipeline.ts': ['model', 'judge-uses.ts', 'findings', 'passes', 'sessions', 'sources', 'survey', 'where'],
  'trail-files.ts': ['drill'],
  'sample-finding.ts': ['drill', 'findings', 'passes', 'pipeline.ts', 'sources', 'trail-files.ts'],
  'lambda.ts': ['arrivals', 'live', 'logging', 'serve', 'sources'],
  cli: [
    'kit',
    'drill',
    'records',
    'sessions',
    'where',
    'survey',
    'model',
    'findings',
    'response',
    'sources',
    'outlets',
    'passes',
    'config',
    'statements',
    'criteria',
    'rules',
    'store',
    'timeline',
    'arrivals',
    'live',
    'api',
    'doctor',
    'iam',
    'serve',
    'judge-uses.ts',
    'pipeline.ts',
    'trail-files.ts',
    'sample-finding.ts',
  ],
  'main.ts': ['cli', 'passes', 'reference', 'sources', 'config', 'statements', 'rules', 'store', 'serve', 'doctor'],
};

/** Folders inside folders that outsiders may import by a face of their own. */
const faces: ReadonlySet<string> = new Set([
  'outlets/formats/index.ts',
  'api/guardduty/index.ts',
  'api/own/index.ts',
  'api/signing/index.ts',
]);

/** Folders whose verdicts must be replayable from a file: no time, no chance, no input or output. */
const pure = [
  'kit',
  'drill',
  'records',
  'sessions',
  'where',
  'survey',
  'model',
  'findings',
  'criteria',
  'response',
  'health',
  'iam',
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const imports: readonly Import[] = files.flatMap((from) =>
  [
    ...readFileSync(join(src, from), 'utf8').matchAll(
      /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)';/gms,
    ),
  ].map((match) => ({
    from,
    to: match[2]!,
    typeOnly: match[1] !== undefined || onlyTypes(match[0]),
  })),
);

/** `import { type A, type B }` is a type import too. */
function onlyTypes(line: string): boolean {
  const names = /\{([^}]*)\}/s
    .exec(line)?.[1]
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names?.every((name) => name.startsWith('type ')) ?? false;
}

function unitOf(file: string): string {
  const [first] = file.split('/');
  return first!;
}

function targetOf({ from, to }: Import): string | undefined {
  return to.startsWith('.') ? normalize(join(dirname(from), to)) : undefined;
}

test('every import is found: each line that names a module is one that the pattern read', () => {
  for (const file of files) {
    const text = readFileSync(join(src, file), 'utf8');
    const named = [...text.matchAll(/^.*\sfrom '[^']+';$/gm)].length;
    const read = imports.filter(
      ({ from, to }) => from === file && new RegExp(`from '${RegExp.escape(to)}';`).test(text),
    ).length;
    assert.equal(read, named, file);
  }
});

describe('arrows', () => {
  for (const unit of new Set(files.map(unitOf))) {
    test(`${unit} imports only what stands before it`, () => {
      const allowed = mayImport[unit];
      assert.ok(allowed !== undefined, `${unit} has no line in mayImport; say where it stands`);
      for (const each of imports.filter(({ from }) => unitOf(from) === unit)) {
        const target = targetOf(each);
        if (target === undefined || unitOf(target) === unit) continue;
        assert.ok(allowed.includes(unitOf(target)), `${each.from} imports ${target}`);
      }
    });
  }

  test('outsiders import a folder by its index.ts, never its insides', () => {
    for (const each of imports) {
      const target = targetOf(each);
      if (target === undefined || !target.includes('/') || unitOf(target) === unitOf(each.from)) continue;
      const face = `${unitOf(target)}/index.ts`;
      assert.ok(target === face || faces.has(target), `${each.from} imports ${target}`);
    }
  });

  test('modules import each other at run time without going in circles', () => {
    const edges = new Map<string, string[]>();
    for (const each of imports) {
      const target = targetOf(each);
      if (target !== undefined && !each.typeOnly) edges.set(each.from, [...(edges.get(each.from) ?? []), target]);
    }
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      assert.ok(!path.includes(file), `a circle: ${[...path, file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
  });
});

describe('purity', () => {
  for (const unit of pure) {
    test(`${unit} imports no platform and reads no clock, chance or process`, () => {
      for (const each of imports.filter(({ from }) => unitOf(from) === unit)) {
        assert.ok(each.to.startsWith('.'), `${each.from} imports ${each.to}`);
      }
      for (const file of files.filter((each) => unitOf(each) === unit)) {
        const code = withoutComments(readFileSync(join(src, file), 'utf8'));
        const found =
          /Date\.now|new Date\(\)|Math\.random|(?<!\w\.)\bprocess\.|globalThis|performance\.now|crypto\.|setTimeout|fetch\(/.exec(
            code,
          );
        assert.equal(found, null, `${file} uses ${found?.[0]}`);
      }
    });
  }

  test('no module keeps state of its own that changes', () => {
    for (const file of files) {
      const code = withoutComments(readFileSync(join(src, file), 'utf8'));
      assert.equal(/^(?:export )?let /m.exec(code), null, `${file} has a module-level let`);
    }
  });

  test('AWS clients appear in the adapters that speak to AWS and nowhere else', () => {
    for (const { from, to } of imports.filter((each) => each.to.startsWith('@aws-sdk/'))) {
      assert.ok(['sources', 'arrivals', 'outlets', 'doctor', 'api'].includes(unitOf(from)), `${from} imports ${to}`);
    }
  });
});

test('every module loads alone and does nothing', async () => {
  const before = process.listenerCount('exit');
  for (const file of files) await import(pathToFileURL(join(src, file)).href);
  assert.equal(process.listenerCount('exit'), before);
});

test('every folder says in a README what comes in, what goes out and what it must not know', () => {
  for (const folder of new Set(files.filter((file) => file.includes('/')).map(unitOf))) {
    assert.ok(readFileSync(join(src, folder, 'README.md'), 'utf8').trim().length > 80, folder);
  }
});

test('src/README.md and ARCHITECTURE.md name every folder of src', () => {
  for (const page of [join(src, 'README.md'), join(root, 'ARCHITECTURE.md')]) {
    const text = readFileSync(page, 'utf8');
    for (const unit of new Set(files.map(unitOf))) {
      assert.ok(text.includes(`\`${unit.replace(/\.ts$/, '')}`), `${relative(root, page)} does not name ${unit}`);
    }
  }
});

function withoutComments(code: string): string {
  return code.replace(/\/\*.*?\*\//gs, '').replace(/^\s*\/\/.*$/gm, '');
}
