import { count, type Evidence, type Finding, several } from '../findings/index.ts';
import { eradicatePhase, recoverPhase } from './aftermath.ts';
import { containPhase } from './contain.ts';
import { expectedPath } from './expected.ts';
import { type Fact, PLAN_VERSION, type Plan } from './plan.ts';
import { preventPhase } from './prevent.ts';
import { scopePhase } from './scope.ts';
import { type Context, type Situation, situationOf } from './situation.ts';
import { verifyPhase } from './verify.ts';

/**
 * The full plan for one finding, from its evidence and what the same input shows. Proves nothing and decides nothing: a plan is there for a
 * finding of low confidence too, and says so. Where the evidence is silent (VPC, who else uses the role) the plan covers both cases. The
 * same arguments give the same plan: no clock enters, and cut-off times are taken when a command is run.
 *
 * Source: GuardDuty user guide "Remediating compromised credentials" and "… Lambda function"; IAM user guide "Revoking temporary
 * credentials"; AWS's data perimeter policy examples. That a change of configuration replaces running environments is how Lambda works, not
 * a line of those pages.
 */
export function planFor(finding: Finding, evidence: Evidence, context: Context): Plan {
  const situation = situationOf(finding, evidence, context);
  const { accountId, id, partition, region, service, title, type } = finding;
  return {
    version: PLAN_VERSION,
    finding: {
      id,
      type,
      title,
      accountId,
      region,
      partition,
      firstSeen: service.eventFirstSeen,
      lastSeen: service.eventLastSeen,
      confidence: evidence.confidence.level,
    },
    situation: factsOf(situation),
    phases: [
      verifyPhase(situation),
      containPhase(situation),
      scopePhase(situation),
      eradicatePhase(situation),
      recoverPhase(situation),
      preventPhase(situation),
    ],
    expected: expectedPath(situation),
  };
}

const VPC = {
  in: 'It runs in a VPC: its credential can be confined to that network without an outage.',
  out: 'It has no VPC: no condition can tell its network from that of other customers of Lambda.',
  unknown: 'The trail does not say whether it runs in a VPC: steps for both are below.',
} as const;

/** What shapes the plan. */
function factsOf(situation: Situation): readonly Fact[] {
  const { buckets, evidence, family, keys, resource, sharedWith, touchedS3, vpc } = situation;
  const { calls, confidence, credential, derived, place } = evidence;
  return [
    {
      says: `AWS made the credential for ${resource}; ${count(calls.alarming, 'call')} with ${count(evidence.keys.total, 'key')} came from ${count(place.addresses.total, 'address', 'addresses')} outside AWS:`,
      values: [...situation.addresses.slice(0, 5), ...keys.slice(0, 5)],
    },
    {
      says: `Confidence ${confidence.level}: ${several(
        confidence.for.map(({ name }) => name),
        4,
      )}${
        confidence.against.length > 0
          ? `; against: ${several(
              confidence.against.map(({ name }) => name),
              4,
            )}`
          : ''
      }.`,
    },
    ...(credential.platform
      ? [{ says: "Some calls used Lambda's own control plane session, which has no honest use outside AWS." }]
      : []),
    ...(family === 'lambda' ? [{ says: VPC[vpc] }] : []),
    sharedWith.length > 0
      ? { says: 'The role is shared: what hits the role hits these too:', values: sharedWith.slice(0, 8) }
      : {
          says: 'No other user of the role is in the input. That is not proof: look before you revoke the whole role.',
        },
    ...(touchedS3 || buckets.length > 0
      ? [{ says: buckets.length > 0 ? 'S3 data was touched:' : 'S3 data was touched.', values: buckets.slice(0, 8) }]
      : []),
    ...(derived.total > 0
      ? [
          {
            says: `${count(derived.total, 'other credential')} ${derived.total === 1 ? 'was' : 'were'} made with the stolen one and must be revoked as well.`,
          },
        ]
      : []),
  ];
}
