// Loaded before every test file: properties draw the same cases on every run, so that a change is judged and not the dice. STRAYKEY_SEED=n
// draws others; a failure prints the seed and path to repeat it with.
import process from 'node:process';
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.STRAYKEY_SEED ?? 20_261_123) });
