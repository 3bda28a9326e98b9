import { printable } from '../kit/index.ts';
import type { Rung } from '../sessions/index.ts';
import { isIdentityProofOnly } from './confidence.ts';
import type { Statement } from './evidence.ts';
import type { Facts } from './facts.ts';
import { dayOf } from './tally.ts';
import { count, name, plainTime, recordId, several } from './text.ts';

/**
 * The argument, in the order one would make it: whose credential, from where, sent by whom, doing what, and what else the trail
 * shows. Each sentence names its record and what would refute it; a sentence with nothing behind it is left out.
 */
export function statementsOf(facts: Facts): readonly Statement[] {
  return [
    credential(facts),
    place(facts),
    ...sender(facts),
    activity(facts),
    ...insideUse(facts),
    ...vpc(facts),
    ...clients(facts),
    ...egress(facts),
    learning(facts),
    ...derived(facts),
    ...presigned(facts),
  ];
}

const RUNG_SOURCES: Readonly<Record<Rung, { readonly source: string; readonly wrongIf: string }>> = {
  'in-scope-of': {
    source: 'userIdentity.inScopeOf',
    wrongIf: 'the record was altered before Straykey read it: CloudTrail writes this field, the caller cannot',
  },
  'issued-key': {
    source: 'responseElements.credentials.accessKeyId of the AssumeRole by AWS',
    wrongIf: 'the AssumeRole record was altered before Straykey read it',
  },
  'issued-session': {
    source: 'userIdentity.principalId and the AssumeRole by AWS of the same role and session name',
    wrongIf: 'somebody else assumed this role under the same session name, and that AssumeRole is not in the input',
  },
  'log-writer': {
    source: "userIdentity.accessKeyId and the log writer's record with the same key",
    wrongIf: "somebody forged the log writer's user agent from an AWS address with this key",
  },
};

export function resourceWords({ case: { issuedTo }, newest }: Facts): string {
  if (newest.use.platform) return `Lambda's control plane under the role ${name(issuedTo.name)}`;
  const noun = { lambda: 'Lambda function', ecs: 'ECS task', ec2: 'EC2 instance' }[issuedTo.family];
  return `the ${noun} ${name(issuedTo.name)}`;
}

function credential(facts: Facts): Statement {
  const { newest } = facts;
  const { source, wrongIf } = RUNG_SOURCES[newest.use.rung];
  return {
    says: `AWS made this credential for ${resourceWords(facts)}.`,
    because: printable(newest.use.proof),
    source: `${source}; record ${name(recordId(newest.use.call))}`,
    wrongIf,
  };
}

function place({ newest, case: c }: Facts): Statement {
  const { address } = c;
  const owner = [
    ...(address.asn === undefined ? [] : [`AS${address.asn}`]),
    ...(address.organisation === undefined ? [] : [name(address.organisation)]),
    ...(address.countryCode === undefined ? [] : [`registered in ${name(address.countryName ?? address.countryCode)}`]),
  ].join(', ');
  const endpoint = newest.place.vpcEndpointId;
  return {
    says: `${newest.place.address} is outside AWS${owner === '' ? '' : ` (${owner})`}.`,
    because: `${printable(address.basis)}${endpoint === undefined ? '' : ` The record also names ${name(endpoint)} without an owner, as AWS's console endpoints do.`}`,
    source: `sourceIPAddress of record ${name(recordId(newest.use.call))}; address data as of the call`,
    wrongIf: address.weak
      ? 'the address data is too old or incomplete, as it is here: update it with `straykey ranges update` and scan again'
      : 'the address is your own or a customer range brought to AWS that nobody announced: declare it as an own network',
  };
}

function sender(facts: Facts): readonly Statement[] {
  if (isIdentityProofOnly(facts)) {
    return [
      {
        says: 'This may be identity proof: the function signs GetCallerIdentity, and Vault or EKS sends it.',
        because: `Every alarming call is sts:GetCallerIdentity (${count(facts.alarming.length, 'call')}).`,
        source: 'eventSource and eventName of every alarming record',
        wrongIf:
          'no Vault, EKS or similar service of yours calls from this address: then it is a thief asking whose key this is',
      },
    ];
  }
  return [
    {
      says: 'Whoever sent these calls holds the key.',
      because: 'They are signed by the sender: no presigned object request, and no AWS service called on its behalf.',
      source: 'additionalEventData.AuthenticationMethod and userIdentity.invokedBy of the alarming records',
      wrongIf: 'the function hands out other signed requests on purpose',
    },
  ];
}

function activity(facts: Facts): Statement {
  const { calls } = facts;
  const apis = calls.byApi.listed.map(
    (each) => `${serviceName(each.service)}:${name(each.api)}${each.calls > 1 ? ` ×${each.calls}` : ''}`,
  );
  const regions = calls.byRegion.listed.map((each) => name(each.region));
  const keys = facts.keys.total;
  return {
    says: `${count(calls.alarming, 'call')} to ${count(calls.byApi.total, 'API')} in ${count(calls.byRegion.total, 'region')}${keys > 1 ? ` with ${keys} keys` : ''}; ${calls.failed === 0 ? 'none failed' : calls.failed === calls.alarming ? 'all failed, which still proves possession' : `${calls.failed} failed`}.`,
    because: `${period(facts)}: ${several(apis, 5)} (${several(regions, 4)}).`,
    source: 'eventName, eventSource, awsRegion, errorCode of the alarming records; ids under eventIds',
    wrongIf: 'calls are missing: S3 object and other data events appear only if the trail records them',
  };
}

function period({ oldest, newest }: Facts): string {
  const [from, to] = [plainTime(oldest.use.call.time), plainTime(newest.use.call.time)];
  return from === to ? `At ${from} UTC` : `From ${from} to ${to} UTC`;
}

/** `s3.amazonaws.com` as `s3`. */
function serviceName(eventSource: string): string {
  return name(eventSource.replace(/\.amazonaws\.com(?:\.cn)?$/, ''));
}

function insideUse({ case: { inside }, alarming }: Facts): readonly Statement[] {
  if (inside.days.length === 0) return [];
  const days = new Set(inside.days);
  const outside = new Set(alarming.map((each) => dayOf(each)));
  const both = [...outside].filter((day) => days.has(day)).length;
  return [
    {
      says:
        both > 0
          ? `The same credentials were used inside AWS too, on ${outside.size === both ? 'each day' : `${both} of ${outside.size} days`} with alarming calls.`
          : 'The same credentials are used inside AWS, though not on the days of the alarming calls.',
      because: `Inside use on ${count(inside.days.length, 'day')}, last on ${[...inside.days].sort().at(-1)}.`,
      source: 'sourceIPAddress of other records under the same credentials',
      wrongIf: 'the function reaches some services by a VPC endpoint and others by a gateway outside AWS',
    },
  ];
}

function vpc({ case: { inside } }: Facts): readonly Statement[] {
  if (inside.inVpc === undefined) return [];
  return [
    inside.inVpc
      ? {
          says: 'The function runs in a VPC, which may lead to an on-premises gateway.',
          because: 'A configuration call names subnets for it.',
          source: 'requestParameters.vpcConfig of its newest configuration record',
          wrongIf: 'a later configuration change is not in the input',
        }
      : {
          says: 'The function has no VPC: it cannot leave AWS by an on-premises gateway.',
          because: 'Its configuration names no subnets.',
          source: 'requestParameters.vpcConfig of its newest configuration record',
          wrongIf: 'a later change gave it a VPC, or its code sends AWS calls through a proxy (HTTPS_PROXY)',
        },
  ];
}

function clients(facts: Facts): readonly Statement[] {
  const traits = facts.clients.flatMap((client) =>
    [client.system, client.tool, client.otherEnvironment].filter((each) => each !== undefined),
  );
  const distinct = [...new Set(traits)].sort();
  if (distinct.length === 0) return [];
  return [
    {
      says: `The caller's software does not look like ${resourceWords(facts)}: ${several(distinct.map(name), 5)}.`,
      because: `Newest user agent: ${printable(facts.newest.use.call.userAgent, 200)}`,
      source: 'userAgent of the alarming records',
      wrongIf: "the function starts such a program itself; the user agent is the caller's own word",
    },
  ];
}

/** Functions that run nowhere inside AWS and share few addresses: the benign cause that GuardDuty's page names, and offers a rule for. */
function egress({ newest }: Facts): readonly Statement[] {
  const { explanation, scope } = newest.judgement;
  const { routed, vouchingRoles } = explanation;
  if (!routed || (scope.kind !== 'pool' && vouchingRoles.length === 0)) return [];
  const shared =
    vouchingRoles.length === 0
      ? ''
      : ` ${several(vouchingRoles.map(name), 4)} ${vouchingRoles.length === 1 ? 'uses' : 'use'} it in the same way.`;
  const pool =
    scope.kind === 'pool' ? ` Functions take turns over its addresses: ${several(scope.blocks.map(name), 4)}.` : '';
  return [
    {
      says: 'This looks like on-premises egress: AWS Outposts, a VPN, Direct Connect or a proxy.',
      because: `The function is not seen inside AWS while it is used from here.${shared}${pool}`,
      source: 'what Straykey remembers of this host and the functions that use it',
      wrongIf:
        'an intruder holds keys of several functions that are idle or invisible inside AWS. If it is your gateway: the suppression rule below, or declare it as an own network',
    },
  ];
}

function learning({ newest, uses, alarming }: Facts): Statement {
  const { explanation, reasons } = newest.judgement;
  const silenced = uses.length - alarming.length;
  return {
    says: `The newest call is not expected: ${several(reasons.map(name), 5)}.`,
    because: `${printable(explanation.text, 2000)}${silenced === 0 ? '' : ` ${count(silenced, 'earlier or other call')} from this host ${silenced === 1 ? 'was' : 'were'} expected and stayed silent.`}`,
    source: 'what Straykey remembers of this function and host',
    wrongIf: 'the history before the calls is not in the input, or an expected host has moved to a new address',
  };
}

function derived({ case: c }: Facts): readonly Statement[] {
  if (c.derived.length === 0) return [];
  const made = [
    ...new Set(c.derived.map((each) => `${name(each.by)} for ${name(each.actsAs || 'an unknown identity')}`)),
  ].sort();
  const used = c.derived.reduce((sum, each) => sum + each.calls, 0);
  return [
    {
      says: `The credential was used to make ${count(c.derived.length, 'other credential')}; revoking the role does not revoke ${c.derived.length === 1 ? 'it' : 'them'}.`,
      because: `${several(made, 4)}; ${count(used, 'call')} under the new keys in the input.`,
      source: 'responseElements of the records that made them',
      wrongIf: 'the function itself makes such credentials and only its address is new',
    },
  ];
}

function presigned({ case: c }: Facts): readonly Statement[] {
  if (c.presigned.calls === 0) return [];
  return [
    {
      says: `${count(c.presigned.calls, 'presigned S3 request')} from ${count(new Set(c.presigned.addresses).size, 'address', 'addresses')} are not counted as use of the key.`,
      because: 'The function signed them and others sent them; applications do this to hand out downloads.',
      source: 'additionalEventData.AuthenticationMethod QueryString on S3 object operations',
      wrongIf: 'a thief presigned them with the stolen key: compare the objects with what the function hands out',
    },
  ];
}
