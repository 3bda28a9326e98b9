/** Address data that the operator asked for cannot be used. Stops the start; the message says what was expected and what was found. */
export class UnusableReference extends Error {
  override readonly name = 'UnusableReference';
}
