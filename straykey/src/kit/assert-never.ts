/** Marks a `switch` as complete: adding a member to the union makes the call site fail to compile. */
export function assertNever(value: never, what: string): never {
  throw new Error(`${what}: unexpected ${JSON.stringify(value)}`);
}
