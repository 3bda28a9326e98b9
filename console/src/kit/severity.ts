/** GuardDuty's words for its numbers: Critical 9 to 10, High 7 to 8.9, Medium 4 to 6.9, Low 1 to 3.9. */
export const LEVELS = [
  { word: 'Critical', from: 9, values: ['9', '10'], status: 'error', badge: 'severity-critical' },
  { word: 'High', from: 7, values: ['7', '8'], status: 'error', badge: 'severity-high' },
  { word: 'Medium', from: 4, values: ['4', '5', '6'], status: 'warning', badge: 'severity-medium' },
  { word: 'Low', from: 0, values: ['1', '2', '3'], status: 'info', badge: 'severity-low' },
] as const;

export type Level = (typeof LEVELS)[number];

export function levelOf(severity: number): Level {
  return LEVELS.find(({ from }) => severity >= from) ?? LEVELS[3];
}
