// Compiles straykey/assembly to straykey/src/records/scanner.wasm.ts.
import { fileURLToPath } from 'node:url';
import { generateWasmFile, targetOf, type WasmModule, writeWasmFile } from './build-wasm.ts';

const scannerModule: WasmModule = {
  title: 'The scanner module',
  source: 'straykey/assembly/index.ts',
  target: 'straykey/src/records/scanner.wasm.ts',
  constant: 'SCANNER_WASM',
  script: 'build:scanner',
  // Up to the first window and its margin: `WINDOW` in assembly/layout.ts and 512 KiB. It grows from there.
  initialPages: 0x2400000 / 65536 + 8,
};

export const generatedFile = targetOf(scannerModule);

/** The text of scanner.wasm.ts. */
export function generateScannerFile(): Promise<string> {
  return generateWasmFile(scannerModule);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeWasmFile(scannerModule);
