/** 32 random hex digits. Not `crypto.randomUUID`, which browsers keep for https and localhost. */
export function newToken(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
