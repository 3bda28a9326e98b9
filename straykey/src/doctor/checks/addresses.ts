import { fail, type Line, ok, warn } from '../line.ts';
import type { DoctorPorts } from '../ports.ts';

export const addressLimits = {
  /** Days after which AWS's list is worth renewing; 7: half of what makes findings lose confidence. */
  list: 7,
  /** Days after which the packed routing data is old; 270. */
  announced: 270,
} as const;

export function checkAddresses({ addressData, now }: DoctorPorts): Line[] {
  const state = addressData();
  if (state.kind === 'unusable')
    return [fail('addresses', '', state.reason, 'straykey ranges update fetches a new one.')];
  const today = now() / 1000;
  const days = (time: number) => Math.max(0, Math.floor((today - time) / 86_400));
  const date = (time: number) => new Date(time * 1000).toISOString().slice(0, 10);
  const { list, announced } = state;
  const lines: Line[] = [];
  const renew = 'straykey ranges update (once a day by cron or a timer).';
  if (list === undefined)
    lines.push(warn('addresses', 'AWS’s list', 'none is known: Amazon’s announcements decide, less surely', renew));
  else {
    const found = `${list.versions} versions, the newest of ${date(list.newest)}, ${days(list.newest)} days old`;
    lines.push(
      days(list.newest) > addressLimits.list
        ? warn('addresses', 'AWS’s list', found, renew)
        : ok('addresses', 'AWS’s list', found),
    );
  }
  const packed = `of ${date(announced.time)}, ${days(announced.time)} days old`;
  lines.push(
    days(announced.time) > addressLimits.announced
      ? warn('addresses', 'routing data', packed, 'It is part of the program: install a newer version.')
      : ok('addresses', 'routing data', packed),
  );
  return lines;
}
