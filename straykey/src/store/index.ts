export { StoreTooNew } from './migrations.ts';
export { type OpenedStore, type OpenOptions, openStore, StoreUrlError } from './open.ts';
export * from './port.ts';
export { claimServing, StoreRefusal } from './upkeep.ts';
