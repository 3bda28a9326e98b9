export { assess } from './assess.ts';
export { arrived, type Cadence, cadenceLimits, NO_CADENCE, silenceLimit } from './cadence.ts';
export { type Facts, type Health, healthLimits, type LoopFacts, type Reason, type SourceFacts } from './facts.ts';
export { type SilenceReport, type SilenceWatch, silenceOf, spanOf, watchSilence } from './silence.ts';
