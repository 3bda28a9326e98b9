export interface FlatPoint {
  readonly objects: number;
  readonly functions: number;
  /** All functions are used, now and then, through one gateway outside of AWS. */
  readonly gateway: boolean;
  /** Milliseconds of CPU for each object; for each of the last tenth of them. */
  readonly cpu: number;
  readonly cpuAtTheEnd: number;
  /** Bytes of the store, and its rows by table, for each object. */
  readonly storeBytes: number;
  readonly rows: Readonly<Record<string, number>>;
}
