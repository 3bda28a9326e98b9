/**
 * Input that could not be used, or was recognised and set aside, as a value: named, placed, explained. Nothing throws for
 * bad input and nothing is dropped in silence; whoever meets an oddity hands it on and carries on.
 */
export interface Oddity {
  /** Name from the catalogue of the stage that met it (`records/oddities.ts` and friends); stable, used in counts and docs. */
  readonly kind: string;
  /** Where: a file path, an `s3://` address or `stdin`. */
  readonly origin: string;
  /** Byte offset in the decompressed input where the piece begins; absent when the whole input is meant. */
  readonly offset?: number;
  /** What was expected, what was found. May hold attacker-chosen text: escape before printing. */
  readonly reason: string;
}
