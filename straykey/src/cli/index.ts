export { runProgram } from './program.ts';
export type { Rim, SourceOptions, Tables } from './rim.ts';
export type { Terminal } from './terminal.ts';
