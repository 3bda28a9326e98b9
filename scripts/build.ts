// Bundles straykey/src to straykey/dist: what the published package runs. A few files instead of some hundreds, because loading them one by
// one takes longer than a small scan does (docs/adr/0009-how-it-starts.md). Verbs stay files of their own, loaded when typed.
import { cpSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type OutputChunk, type OutputOptions, type Plugin, RolldownMagicString, rolldown } from 'rolldown';
import { buildConsole } from './build-console.ts';

const root = join(import.meta.dirname, '..');
const src = join(root, 'straykey', 'src');
const dist = join(root, 'straykey', 'dist');

/** What is started by its path: by `bin/straykey.js`, or as a thread by the module of the same folder. Names are paths below `dist`. */
const ENTRIES = ['main', 'passes/worker', 'passes/unpacking'];

/** Imports by name are dependencies of the package, not parts of it. */
const BY_NAME = /^[^./]/;

/**
 * Modules find their neighbours, the package's data and its dependencies by `import.meta.url`: each is to be told the place that it would have in
 * `dist` if it were compiled alone. Holds in files that lie in `dist` itself.
 */
const place: Plugin = {
  name: 'place',
  transform: {
    filter: { code: 'import.meta.url' },
    handler(code, id) {
      const own = `./${relative(src, id).split(sep).join('/').replace(/\.ts$/, '.js')}`;
      const text = new RolldownMagicString(code);
      for (let at = code.indexOf(META); at >= 0; at = code.indexOf(META, at + 1))
        text.overwrite(at, at + META.length, `new URL(${JSON.stringify(own)}, import.meta.url).href`);
      return { code: text };
    },
  },
};

const META = 'import.meta.url';

const bundle = await rolldown({
  input: Object.fromEntries(ENTRIES.map((name) => [name, join(src, `${name}.ts`)])),
  platform: 'node',
  external: BY_NAME,
  plugins: [place],
});
const options: OutputOptions = {
  dir: dist,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  sourcemap: true,
};
await bundle.generate(options);
rmSync(dist, { recursive: true, force: true });
const { output } = await bundle.write(options);
await bundle.close();
const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
const astray = chunks.find(({ fileName, code }) => fileName.includes('/') && code.includes(META));
if (astray !== undefined) throw new Error(`${astray.fileName}: expected import.meta.url in files of dist itself only`);
for (const file of ['LICENSE', 'NOTICE', 'README.md']) cpSync(join(root, file), join(root, 'straykey', file));
console.log(`straykey/dist: ${chunks.length} files`);
await buildConsole();
