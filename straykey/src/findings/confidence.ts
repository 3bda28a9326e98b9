import type { Confidence, Reason } from './evidence.ts';
import type { Facts } from './facts.ts';
import { dayOf, hasFailed } from './tally.ts';
import { count, name, several } from './text.ts';

/**
 * How sure the finding is: points for and against, each a named reason a person can dispute. Takes as proof only what AWS or the
 * operator wrote (attribution, address data, VPC settings, inside use, the model's numbers); user agents weigh little when they
 * excuse and more when they accuse, because only the accusing claim has no motive to be forged. Confidence never decides whether there is a
 * finding and never changes its severity. Errs towards `medium` when little is known.
 */
export function confidenceOf(facts: Facts): Confidence {
  const reasons = [...attribution(facts), ...insideUse(facts), ...clients(facts), ...conduct(facts), ...doubts(facts)];
  const points = reasons.reduce((sum, reason) => sum + reason.points, 0);
  return {
    level: levelOf(points, isIdentityProofOnly(facts)),
    for: reasons.filter((reason) => reason.points > 0).map(withoutPoints),
    against: reasons.filter((reason) => reason.points <= 0).map(withoutPoints),
  };
}

/** `GetCallerIdentity` alone never rises above low: Vault and EKS send it for the function from their own address. */
export function isIdentityProofOnly({ alarming }: Facts): boolean {
  return alarming.every((each) => each.delegation === 'identity-proof');
}

/** Points: 4 takes strong attribution and one independent sign of theft; below 1 the doubts outweigh the attribution. */
const HIGH_FROM = 4;
const MEDIUM_FROM = 1;

function levelOf(points: number, identityProofOnly: boolean): Confidence['level'] {
  if (identityProofOnly) return 'low';
  return points >= HIGH_FROM ? 'high' : points >= MEDIUM_FROM ? 'medium' : 'low';
}

interface Weighed extends Reason {
  readonly points: number;
}

function withoutPoints({ name, says }: Weighed): Reason {
  return { name, says };
}

function weigh(points: number, name: string, says: string): readonly Weighed[] {
  return [{ points, name, says }];
}

function attribution({ newest }: Facts): readonly Weighed[] {
  switch (newest.use.rung) {
    case 'in-scope-of':
      return weigh(3, 'RUNG_IN_SCOPE_OF', 'CloudTrail itself names what the credential was issued to.');
    case 'issued-key':
      return weigh(3, 'RUNG_ISSUED_KEY', 'The record in which AWS issued this very key is in the input.');
    case 'issued-session':
      return [
        ...weigh(
          1,
          'RUNG_ISSUED_SESSION',
          'Role and session are those of a credential AWS issued; the key itself was not seen.',
        ),
        ...weigh(0, 'KEY_NOT_SEEN_ISSUED', 'Somebody allowed to assume the role can choose the same session name.'),
      ];
    case 'log-writer':
      return weigh(1, 'RUNG_LOG_WRITER', "Lambda's own log writer used the same key for the function's log group.");
  }
}

function insideUse(facts: Facts): readonly Weighed[] {
  const { inside } = facts.case;
  const { routed, insideDays } = facts.newest.judgement.explanation;
  const days = new Set(inside.days);
  const same = new Set(facts.alarming.map(dayOf).filter((day) => days.has(day))).size;
  if (same > 0)
    return weigh(
      2,
      'ALSO_USED_INSIDE',
      `The same credentials were used inside AWS on ${count(same, 'day')} of the outside use: traffic did not just move.`,
    );
  if (insideDays > 0 || days.size > 0)
    return weigh(1, 'USED_INSIDE_BEFORE', 'The same credentials are used inside AWS on other days.');
  return routed
    ? weigh(
        -3,
        'NOT_USED_INSIDE',
        'No inside use where some was due: all traffic leaves by this host, as behind an on-premises gateway.',
      )
    : weigh(
        -1,
        'NO_INSIDE_USE_SEEN',
        'No inside use of these credentials is in the input, so nothing shows that two places use them.',
      );
}

function clients(facts: Facts): readonly Weighed[] {
  const { clients: all, case: c } = facts;
  const named = (read: (client: Facts['clients'][number]) => string | undefined) =>
    several([...new Set(all.map(read).filter((each) => each !== undefined))].sort());
  const systems = named((client) => client.system);
  const tools = named((client) => client.tool);
  const environments = named((client) => client.otherEnvironment);
  const reasons: Weighed[] = [];
  if (systems !== '')
    reasons.push(
      ...weigh(
        3,
        'FOREIGN_SYSTEM',
        `The user agent names ${systems}, which ${PLATFORM[c.issuedTo.family]} does not normally run.`,
      ),
    );
  if (tools !== '') reasons.push(...weigh(2, 'HAND_TOOL', `The user agent names ${tools}, which people run by hand.`));
  if (environments !== '')
    reasons.push(
      ...weigh(2, 'OTHER_ENVIRONMENT', `The user agent names another execution environment: ${name(environments)}.`),
    );
  if (reasons.length > 0 || c.issuedTo.family === 'ec2') return reasons;
  if (all.every((client) => client.marker))
    return weigh(
      -1,
      'RUNTIME_MARKER',
      "Every call carries the runtime's own marker. It is copied with one variable, but a proxy keeps it too.",
    );
  if (all.some((client) => client.marker)) return [];
  return weigh(
    1,
    'NO_RUNTIME_MARKER',
    "No call carries the runtime's marker. Go, Rust and plain HTTP clients never do.",
  );
}

const PLATFORM = { lambda: 'Lambda', ecs: 'Fargate', ec2: 'an instance' } as const;

function conduct(facts: Facts): readonly Weighed[] {
  const { alarming, case: c } = facts;
  const reasons: Weighed[] = [];
  const says = (reason: string) => alarming.some((each) => each.judgement.reasons.includes(reason));
  if (says('HOST_REPORTED_MALICIOUS'))
    reasons.push(...weigh(3, 'HOST_REPORTED_MALICIOUS', 'Somebody stated that this host is malicious.'));
  if (alarming.some((each) => each.use.platform))
    reasons.push(
      ...weigh(2, 'PLATFORM_SESSION', "It is a session of Lambda's own control plane, which never leaves AWS."),
    );
  if (c.inside.inVpc === false)
    reasons.push(
      ...(facts.clients.every((client) => client.marker)
        ? weigh(
            1,
            'NOT_IN_VPC',
            'The function has no VPC, so it cannot leave by an on-premises gateway; a proxy setting remains possible.',
          )
        : weigh(
            3,
            'NOT_IN_VPC',
            'The function has no VPC, so it cannot leave by an on-premises gateway: theft is near certain.',
          )),
    );
  if (says('CRITICAL_API'))
    reasons.push(...weigh(1, 'CRITICAL_API', 'It tried calls that take over accounts or hide traces.'));
  if (c.derived.length > 0)
    reasons.push(...weigh(1, 'MADE_CREDENTIALS', `It made ${count(c.derived.length, 'further credential')}.`));
  if (alarming.some((each) => querySigned(each.use.call.authenticationMethod)))
    reasons.push(
      ...weigh(
        1,
        'QUERY_SIGNED',
        'Calls no application presigns were signed in the query string: a habit of attack tools.',
      ),
    );
  return reasons;
}

function querySigned(method: string | undefined): boolean {
  return method !== undefined && method !== 'AuthHeader';
}

function doubts(facts: Facts): readonly Weighed[] {
  const { alarming, case: c, newest } = facts;
  const vouching = newest.judgement.explanation.vouchingRoles;
  const reasons: Weighed[] = [];
  if (isIdentityProofOnly(facts))
    reasons.push(
      ...weigh(
        -3,
        'IDENTITY_PROOF_ONLY',
        'Identity proof: only GetCallerIdentity was called, which Vault and EKS send for a function to prove who it is.',
      ),
    );
  if (c.address.weak)
    reasons.push(
      ...weigh(
        -2,
        'WEAK_ADDRESS_DATA',
        'The address data is older than the call, or the official AWS list is missing.',
      ),
    );
  if (vouching.length > 0)
    reasons.push(
      ...weigh(
        -2,
        'SHARED_EGRESS',
        `${count(vouching.length, 'other role')} without inside use also ${vouching.length === 1 ? 'calls' : 'call'} from this host: a shared gateway looks like that.`,
      ),
    );
  if (c.inside.inVpc === true)
    reasons.push(...weigh(-1, 'IN_VPC', 'The function runs in a VPC, which may lead to an on-premises gateway.'));
  if (alarming.every(hasFailed))
    reasons.push(
      ...weigh(
        0,
        'ALL_FAILED',
        'Every call failed. That proves possession of the credential, not that anything was gained.',
      ),
    );
  return reasons;
}
