export { type Access, regionOfQueue } from './aws.ts';
export { type BackfillProgress, type BackfillSettings, BackfillStopped, backfill } from './backfill.ts';
export { createLiveSources, namesFor, reopen } from './create.ts';
export { FetchAhead } from './fetch-ahead.ts';
export { type ArrivalLimits, arrivalLimits } from './limits.ts';
export { type Announced, type Message, parseMessage } from './message.ts';
export {
  type ArrivalLog,
  type ArrivedObject,
  DEAD_LETTER,
  type DeadLetter,
  type Delivery,
  type LiveSource,
  type ObjectProblem,
  type SourceState,
} from './port.ts';
export type { ArrivalPorts } from './ports.ts';
