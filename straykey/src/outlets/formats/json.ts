import { type Finding, jsonText } from '../../findings/index.ts';

/** An array of GuardDuty findings, indented, in the order given. */
export function json(findings: readonly Finding[]): string {
  return `${jsonText(findings, 2)}\n`;
}
