export { Engine, engineLimits } from './engine.ts';
export type { HostDocument } from './hosts.ts';
export { judgeLimits } from './judge.ts';
export type { BatchCounts, EnginePorts, EngineWatch, FindingChange, Screened } from './ports.ts';
