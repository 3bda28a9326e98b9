// Compiles straykey/assembly/inflate to straykey/src/sources/inflater.wasm.ts.
import { fileURLToPath } from 'node:url';
import { type WasmModule, writeWasmFile } from './build-wasm.ts';

/** 64 KiB pages up to `MEMORY_END` in assembly/inflate/layout.ts; never more. */
const PAGES = 10;

export const inflaterModule: WasmModule = {
  title: 'The inflate module',
  source: 'straykey/assembly/inflate/index.ts',
  target: 'straykey/src/sources/inflater.wasm.ts',
  constant: 'INFLATER_WASM',
  script: 'build:inflater',
  initialPages: PAGES,
  maximumPages: PAGES,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeWasmFile(inflaterModule);
