// Compiles AssemblyScript to WebAssembly and wraps it, as base64, in a TypeScript file.
// Same source, same compiler version, same bytes: the modules' tests compile again and compare.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = new URL('..', import.meta.url);

/** A WebAssembly module of ours. Paths are relative to the repository. */
export interface WasmModule {
  /** What the generated file's comment calls it. */
  readonly title: string;
  /** The file with its exports. */
  readonly source: string;
  /** The TypeScript file that carries it, and the constant in it. */
  readonly target: string;
  readonly constant: string;
  /** The npm script that runs its build; the file in this folder is called the same, with a dash. */
  readonly script: string;
  /** 64 KiB pages: at the start, and the most it may grow to; without the second, as the host has. */
  readonly initialPages: number;
  readonly maximumPages?: number;
}

export function targetOf({ target }: WasmModule): URL {
  return new URL(target, root);
}

/** The module's bytes. Throws with the compiler's own messages when the source does not compile. */
async function compile({ source, initialPages, maximumPages }: WasmModule): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const options = [
    '-O3',
    '--converge',
    '--noAssert',
    // No garbage collector: the modules allocate nothing.
    ...['--runtime', 'stub'],
    ...['--use', 'abort='],
    ...['--enable', 'simd'],
    ...['--initialMemory', String(initialPages)],
    ...(maximumPages === undefined ? [] : ['--maximumMemory', String(maximumPages)]),
  ];
  const result = await asc.main([source, '--outFile', 'module.wasm', '--noColors', ...options], {
    readFile: (name, base) => readIfThere(new URL(name, new URL(`${base}/`, root))),
    writeFile: (name, contents) => {
      if (name === 'module.wasm') wasm = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (result.error !== null || wasm === undefined) throw new Error(`${source} does not compile:\n${result.stderr}`);
  return wasm;
}

/** The text of the file that carries the module. */
export async function generateWasmFile(module: WasmModule): Promise<string> {
  const base64 = Buffer.from(await compile(module)).toString('base64');
  const lines = base64.match(/.{1,116}/g)!.map((line) => `  '${line}'`);
  const folder = module.source.slice(0, module.source.lastIndexOf('/'));
  return [
    `// Generated from ${folder} by \`npm run ${module.script}\` (scripts/${module.script.replace(':', '-')}.ts). Do not edit.`,
    '',
    `/** ${module.title}, WebAssembly as base64. */`,
    `export const ${module.constant} =`,
    `${lines.join(' +\n')};`,
    '',
  ].join('\n');
}

/** Builds the module and writes its file. */
export async function writeWasmFile(module: WasmModule): Promise<void> {
  writeFileSync(targetOf(module), await generateWasmFile(module));
  console.log(`wrote ${fileURLToPath(targetOf(module))}`);
}

function readIfThere(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
