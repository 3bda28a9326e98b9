export type { Located, Place, PlaceKind } from './place.ts';
