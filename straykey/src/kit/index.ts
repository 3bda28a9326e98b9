export { assertNever } from './assert-never.ts';
export { nearest } from './nearest.ts';
export type { Oddity } from './oddity.ts';
export { printable } from './printable.ts';
export { steadyClock } from './steady-clock.ts';
