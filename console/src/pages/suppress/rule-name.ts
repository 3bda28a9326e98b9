/** A name GuardDuty takes: letters, digits, dots, hyphens, underscores. */
export function ruleName(caller: string): string {
  return `expected-${caller.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-+|-+$/g, '')}`.slice(0, 64);
}
