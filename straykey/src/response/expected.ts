import { checked, FORMS, jsonText, quoted, several } from '../findings/index.ts';
import { categoryOf } from '../model/index.ts';
import { change, look } from './commands.ts';
import type { Command, Expected, Way } from './plan.ts';
import { checkedAddress, type Situation } from './situation.ts';

/**
 * The on-premises case of GuardDuty's page (Outposts, VPN, Direct Connect, a proxy), and the other honest ones. Three ways, narrowest first,
 * because what they silence differs by orders of magnitude.
 */
export function expectedPath(situation: Situation): Expected {
  const { evidence, vpc } = situation;
  const pattern =
    evidence.learning.routed || (vpc === 'in' && evidence.inside.days.total === 0)
      ? 'This looks like the case the page of GuardDuty names: all traffic of the resource leaves by a gateway outside AWS. '
      : vpc === 'out'
        ? 'This does not look like an on-premises gateway: the function has no VPC. A proxy in its environment is the usual honest cause. '
        : '';
  return {
    choose: `${pattern}Take the narrowest that is true. Write down who confirmed it.`,
    ways: [vouchedHost(situation), suppressionRule(situation), ownNetwork(situation)],
  };
}

/** Hosts as the model counts them: one address, one IPv6 /64, or the blocks of a pool. */
function hostsOf({ evidence }: Situation): readonly string[] {
  const { scope } = evidence.learning;
  return (scope.kind === 'pool' ? scope.blocks : [scope.unit]).map(checkedAddress);
}

/** Never CRITICAL: whoever wants that accepted says so by hand. */
const ACCEPTABLE = ['RECON', 'SECRETS', 'ROLE_CHAIN'] as const;

function vouchedHost(situation: Situation): Way {
  const { evidence, finding, names } = situation;
  const { issuedTo } = evidence.credential;
  const name = checked(issuedTo.name, issuedTo.family === 'lambda' ? FORMS.functionName : FORMS.roleName);
  const shown = new Set(evidence.calls.byApi.listed.map(({ service, api }) => categoryOf(service, api, undefined)));
  const sensitive = ACCEPTABLE.filter((category) => shown.has(category));
  const accept = sensitive.map((category) => ` --accept=${category}`);
  const since = /^\d{4}-\d{2}-\d{2}/.exec(finding.service.eventFirstSeen)?.[0] ?? 'LOCAL_TIME';
  return {
    id: 'vouched-host',
    title: 'A vouched host: this resource may call from this host',
    takeWhen: 'You know this host and this resource, and nothing more.',
    stillAlarms: `Every other function from this host; this one from anywhere else; critical calls (new users, changed rights) always; sensitive ones unless accepted${sensitive.length > 0 ? ` (the command accepts those this finding shows, ${several(sensitive, 4)}; leave --accept out to go on hearing of them)` : ''}; all of it again after 180 days.`,
    alsoSilences:
      'Ordinary calls of this resource from this host by whoever holds its key there: a thief behind the same gateway.',
    commands: hostsOf(situation).map((host) =>
      change(
        `straykey hosts expect ${host} --function=${name} --account=${names.account} --since=${since}${accept.join('')} --reason='REASON: who confirmed it, and why'`,
      ),
    ),
    undo: 'straykey hosts clear HOST takes it back; what was learned counts again.',
  };
}

function suppressionRule(situation: Situation): Way {
  const { evidence, finding, names } = situation;
  const { rule } = evidence.suppression;
  const region = names.region;
  return {
    id: 'suppression-rule',
    title: 'A suppression rule: findings of this type from this address are archived',
    takeWhen:
      'It is a gateway of yours and you want the findings kept, but out of sight. It is the rule the page of GuardDuty recommends, and GuardDuty takes it as it is.',
    stillAlarms:
      'Other finding types, and this type from every other address. The calls are judged, and what is archived can be looked up.',
    alsoSilences: `${evidence.suppression.covers} A theft through the same gateway is archived too, critical calls included.`,
    document: { name: 'CreateFilter', language: 'json', text: jsonText(rule, 2) },
    commands: [
      change(
        `straykey suppress add --from-finding ${finding.id.slice(0, 12)} SOURCE --reason='REASON: who confirmed it, and why'`,
      ),
      look(`detector="$(aws guardduty list-detectors --region=${region} --query='DetectorIds[0]' --output=text)"`, {
        account: names.account,
      }),
      createFilter(situation, rule),
    ],
    undo: `straykey suppress remove NAME --reason=…; in GuardDuty aws guardduty delete-filter with the name ${rule.name}. What was archived meanwhile stays archived.`,
  };
}

/** The CLI spells the members of the wire form with capitals. */
function createFilter({ names }: Situation, rule: Situation['evidence']['suppression']['rule']): Command {
  const criterion = Object.fromEntries(
    Object.entries(rule.findingCriteria.criterion).map(([field, { equals }]) => [field, { Equals: equals }]),
  );
  return change(
    `aws guardduty create-filter --region=${names.region} --detector-id="$detector" --name=${quoted(rule.name)} --action=ARCHIVE --rank=${rule.rank} --description=${quoted(rule.description)} --finding-criteria=${quoted(jsonText({ Criterion: criterion }))}`,
    { account: names.account, note: 'in GuardDuty; one region at a time' },
  );
}

function ownNetwork(situation: Situation): Way {
  const { context, evidence, family, vpc } = situation;
  const kind = family === 'lambda' && vpc === 'out' ? 'other' : 'vpn';
  const entries = hostsOf(situation)
    .map((cidr) => `  - cidr: '${cidr}'\n    label: say what it is\n    kind: ${kind}\n`)
    .join('');
  return {
    id: 'own-network',
    title: 'An own network: calls from there count as made at home',
    takeWhen:
      'The whole network is yours and guarded like a VPC of yours: the fixed exit of an Outposts rack, a data centre, a VPC with public-looking addresses.',
    stillAlarms: 'Nothing from this network, whatever the call and whichever the credential.',
    alsoSilences:
      'Every function, task and instance of every account, from this network, as long as the entry stands: nothing is judged, nothing is kept. A theft by somebody in that network is invisible.',
    document: {
      name: 'straykey.yaml',
      language: 'yaml',
      text: `ownNetworks:\n${entries}    # until: a date, if you will move\n`,
    },
    commands: [look(`straykey scan ${context.sources} --config=straykey.yaml`, { note: `kind: ${KINDS}` })],
    undo: `Remove the entry, or give it an end (until); calls are judged by the entry of their time.${evidence.place.weak ? ' Update the address data first (straykey ranges update): the network may be one of AWS that the data does not know.' : ''}`,
  };
}

const KINDS = 'vpc, byoip, office, outposts, vpn or other';
