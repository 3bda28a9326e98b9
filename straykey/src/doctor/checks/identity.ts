import { spanOf } from '../../health/index.ts';
import { fail, type Line, ok, unchecked, warn } from '../line.ts';
import type { Permissions } from '../permissions.ts';
import type { Access, DoctorPorts } from '../ports.ts';

export const clockLimits = {
  /** Milliseconds of difference worth a word; 1 minute: times in logs stop matching. */
  warn: 60_000,
  /** Milliseconds after which AWS refuses signatures; 5 minutes for most services. */
  fail: 300_000,
} as const;

export interface Identity {
  readonly account?: string;
  readonly lines: readonly Line[];
}

/** Who Straykey is to AWS, and whether its clock agrees with AWS's. Not asked when nothing configured speaks to AWS. */
export async function checkIdentity({ config, aws }: DoctorPorts, permissions: Permissions): Promise<Identity> {
  const speaking = [...config.sources, ...config.outlets].filter((each) => AWS_TYPES.has(each.type));
  if (speaking.length === 0)
    return { lines: [unchecked('credentials', '', 'not needed: nothing configured speaks to AWS', 'Nothing.')] };
  const own = withoutRole(speaking[0]!);
  const answer = await permissions.try('sts:GetCallerIdentity', 'sts', () => aws.whoAmI(own));
  if ('trouble' in answer) {
    const { found, todo } = answer.trouble;
    return { lines: [fail('credentials', '', found, todo)] };
  }
  const { account, arn } = answer.value;
  const root = /:root$/.test(arn)
    ? [
        warn(
          'credentials',
          '',
          'these are the root user’s keys',
          'Use a role with the policy of straykey doctor --policy.',
        ),
      ]
    : [];
  return { account, lines: [ok('credentials', '', arn), ...root, clockLine(answer.value)] };
}

const AWS_TYPES: ReadonlySet<string> = new Set(['sqs', 's3', 'sns', 'eventbridge', 'securityhub']);

export function withoutRole(each: object): Access {
  const { region, endpoint } = each as Access;
  return { region, endpoint };
}

export function clockLine({
  serverTime,
  localTime,
}: {
  readonly serverTime?: number;
  readonly localTime: number;
}): Line {
  if (serverTime === undefined) return unchecked('clock', '', 'AWS’s answer carried no time', 'Nothing.');
  const ahead = localTime - serverTime;
  // The Date header has whole seconds, and the answer was under way.
  if (Math.abs(ahead) < 3_000) return ok('clock', '', 'agrees with AWS’s');
  const found = `${spanOf(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} AWS’s`;
  if (Math.abs(ahead) < clockLimits.warn) return ok('clock', '', found);
  const todo = 'Set the clock (chrony, systemd-timesyncd). AWS refuses signatures more than 5 minutes off.';
  return Math.abs(ahead) < clockLimits.fail ? warn('clock', '', found, todo) : fail('clock', '', found, todo);
}
