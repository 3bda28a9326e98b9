import {
  agents,
  awsAddress,
  awsAddressV6,
  coldStart,
  createFunction,
  lambdaCall,
  newFunction,
  newFunctionSession,
  newRole,
  newSession,
  operations,
  outsideAddresses,
  Random,
  sessionIdentity,
} from '../../../straykey/src/drill/index.ts';
import { at, OLD_MORNING, PARTNER, SHOP, type Story, stage, THIEF, twin } from './stage.ts';

const { office, registry, registryV6, hoster } = outsideAddresses;
const OWN_ENDPOINT = { vpcEndpointId: 'vpce-0a1b2c3d4e5f60718', vpcEndpointAccountId: SHOP };

/** B2: where is it? */
export const placeStories: readonly (() => Story)[] = [
  () => {
    const { cold, inside, stolen } = stage('endpoint');
    const shared = [
      ...cold(),
      inside(20, { address: '10.0.12.7', more: OWN_ENDPOINT }),
      inside(21, { address: '100.64.3.9', more: { vpcEndpointId: OWN_ENDPOINT.vpcEndpointId } }),
      inside(22, { address: '172.31.8.1' }),
      inside(23, { address: 'fd12:3456:789a::1', more: { vpcEndpointId: OWN_ENDPOINT.vpcEndpointId } }),
      inside(24, { address: office, more: OWN_ENDPOINT }),
    ];
    const publicWithId = stolen(600, operations.listBuckets, { more: { vpcEndpointId: 'vpce-1bba4172' } });
    return {
      name: 'vpc-endpoint',
      causes: [14],
      about:
        'Through a VPC endpoint CloudTrail shows a private address, a shared one, or a public-looking range used inside the VPC, with the id of the ' +
        "endpoint and, since 1.09, its owner. All inside. A public address with an endpoint's id and no owner stays what its address says: AWS's own " +
        'console endpoints look like that.',
      benign: twin(shared),
      malicious: twin([...shared, publicWithId], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('foreign endpoint');
    const foreign = { vpcEndpointId: 'vpce-0fedcba9876543210', vpcEndpointAccountId: PARTNER };
    const shared = [...cold(), inside(20), inside(30, { address: '10.9.8.7', more: foreign })];
    return {
      name: 'endpoint-of-another-account',
      causes: [14],
      about:
        "A private address behind another account's endpoint. When the operator says that the account is his own, it is inside. It may be a thief's VPC " +
        'else, but that is AWS: OutsideAWS cannot say so, and only the call from outside alarms. Errs towards silence, on purpose.',
      benign: twin(shared, [], { config: `accounts: ["${PARTNER}"]\n` }),
      malicious: twin([...shared, stolen(600)], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('service names');
    const forms = [
      'AWS Internal',
      'AWS Internal/12',
      'cloudformation.amazonaws.com',
      'ec2.amazonaws.com.cn',
      's3.api.aws',
    ];
    const shared = [...cold(), ...forms.map((address, i) => inside(20 + i, { address, agent: address }))];
    const lookAlikes = ['evil-amazonaws.com', 'amazonaws.com.example.net', 'AWS Internal.example.net'];
    return {
      name: 'service-names',
      causes: [15],
      about:
        "AWS's own callers are words, not addresses: AWS Internal and service host names, matched to the end. A look-alike is neither inside nor " +
        'outside: counted as an address that cannot be read, never a finding by itself.',
      benign: twin(shared),
      malicious: twin(
        [...shared, ...lookAlikes.map((address, i) => stolen(600 + i, undefined, { address })), stolen(700)],
        [`orders ${THIEF} 1 in-scope-of`],
      ),
    };
  },
  () => {
    const { cold, stolen, inside } = stage('malformed');
    const odd = ['255.18.064.253', '30.*.0.210', 'redacted', '-', '', '192.0.2.77', '240.1.2.3', '8.8.8.8:443'];
    const shared = [...cold(), inside(20), ...odd.map((address, i) => stolen(60 + i, undefined, { address }))];
    return {
      name: 'malformed-addresses',
      causes: [16],
      about:
        'Anonymisers and odd tools leave leading zeros, stars, words, nothing. Such calls are neither inside nor outside: each is an oddity, none a ' +
        'finding. An IPv4 address in IPv6 clothes is an address, and the same host as the plain one.',
      benign: twin(shared),
      malicious: twin(
        [...shared, stolen(600, undefined, { address: `::ffff:${THIEF}` }), stolen(610)],
        [`orders ${THIEF} 2 in-scope-of`],
      ),
    };
  },
  () => {
    const { random, cold, inside, stolen } = stage('six');
    const shared = [
      ...cold(),
      inside(20, { address: awsAddressV6(random) }),
      inside(40, { address: awsAddressV6(random) }),
    ];
    const sameHost = registryV6.replace('c100', 'c200').toUpperCase();
    return {
      name: 'ipv6',
      causes: [17],
      about:
        'AWS speaks IPv6 too, and its ranges count like the others. Outside, addresses of one /64 are one host, whatever the case of their letters.',
      benign: twin(shared),
      malicious: twin(
        [...shared, stolen(600, undefined, { address: registryV6 }), stolen(620, undefined, { address: sameHost })],
        ['orders 2001:67c:2e8:22::/64 2 in-scope-of'],
      ),
    };
  },
  () => {
    const then = at('2024-02-10T12:00:00Z');
    const later = at('2024-06-10T12:00:00Z');
    const play = (start: number) => {
      const { cold, inside, stolen } = stage('as of', '1.08', start);
      return [...cold(), inside(20), stolen(60, operations.listBuckets, { address: registry })];
    };
    const ranges = [
      'prefix,region,service,network_border_group,first_seen,last_seen,intervals',
      '193.0.6.0/24,eu-west-1,EC2,eu-west-1,2024-01-01T00:00:00Z,2024-03-01T00:00:00Z,1',
      '34.240.0.0/13,eu-west-1,EC2,eu-west-1,2020-01-01T00:00:00Z,,1',
      '',
    ].join('\n');
    return {
      name: 'aws-range-at-its-time',
      causes: [18],
      about:
        "AWS's list changes weekly. A call is judged by the list of its own day: the same address is AWS while listed and outside four months after it " +
        'left. (The listing of this one is invented.)',
      benign: twin(play(then), [], { ranges }),
      malicious: twin(play(later), [`orders ${registry} 1 issued-key`], { ranges }),
    };
  },
  () => {
    const { inside, cold, stolen } = stage('own');
    const shared = [...cold(), inside(20, { address: office }), inside(40, { address: '129.132.7.7' })];
    const network = (until: string) =>
      `ownNetworks:\n  - cidr: 129.132.0.0/16\n    label: egress of the data centre\n    kind: vpn\n    until: "${until}"\n`;
    return {
      name: 'own-networks',
      causes: [18, 19, 24, 27],
      about:
        'Networks that the operator declares his own (an on-premises egress, address space of his own, a proxy) are inside, until the date he gave, ' +
        'judged at the time of the call. Elsewhere, and after it, the credential is outside.',
      benign: twin(shared, [], { config: network('2027-01-31') }),
      malicious: twin(
        [...shared, stolen(600)],
        [`orders ${office} 1 in-scope-of`, 'orders 129.132.7.7 1 in-scope-of', `orders ${THIEF} 1 in-scope-of`],
        {
          config: network('2026-01-31'),
        },
      ),
    };
  },
  () => {
    const shared = onPremises();
    const { random, sessions } = shared;
    const last = sessions.at(-1)!;
    const away = lambdaCall(random, last, operations.listSecrets, last.issuedAt + 7200, {
      address: THIEF,
      agent: agents.cli,
    });
    const learning = ['freight 193.0.6.139 8 in-scope-of'];
    return {
      name: 'on-premises-egress',
      causes: [19, 27, 40],
      about:
        'A function in a VPC whose way out is an on-premises gateway, day after day, never from AWS. At first every day alarms; then the host is ' +
        'expected and silent, and the finding of the first days says so. Another host alarms at once, on the last day as on the first.',
      benign: twin(shared.records, learning),
      malicious: twin([...shared.records, away], [...learning, `freight ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { random, call, cold, stolen } = stage('regions');
    const regions = ['us-east-1', 'us-west-2', 'eu-central-1', 'ap-south-1', 'eu-west-2'];
    const shared = [
      ...cold(),
      ...regions.map((region, i) =>
        call(operations.describeInstances, 20 + i, { region, address: awsAddress(random, region) }),
      ),
      call(operations.listRoles, 30, { region: 'us-east-1' }),
    ];
    return {
      name: 'region-hops',
      causes: [20, 26],
      about:
        "Functions call other regions, global services log in us-east-1, and an address of another region is still AWS: no finding. A thief's sweep over " +
        'five regions is one finding, with the regions as evidence.',
      benign: twin(shared),
      malicious: twin(
        [...shared, ...regions.map((region, i) => stolen(600 + i * 5, operations.describeInstances, { region }))],
        [`orders ${THIEF} 5 in-scope-of`],
      ),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('cloud shell');
    const agent = 'aws-cli/2.31.18 md/awscrt#0.27.6 exec-env/CloudShell lang/python#3.13.7';
    const shared = [...cold(), inside(20), inside(60, { agent })];
    return {
      name: 'cloud-shell',
      causes: [20, 21, 23],
      about:
        "A key used in CloudShell, or on anybody's machine inside AWS, comes from an AWS address. It may be stolen, but it is not outside AWS: this type " +
        'stays silent, on purpose. The same hands outside alarm.',
      benign: twin(shared),
      malicious: twin([...shared, stolen(600, undefined, { agent })], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('many hosts');
    const shared = [...cold(), inside(20), inside(30)];
    const hosts = [THIEF, hoster, office];
    return {
      name: 'tor-hoster-and-home',
      causes: [22, 24],
      about:
        'From a Tor exit, a rented server or a home line: outside is outside, and a home line is not milder. Each host is a finding of its own, because ' +
        'one may turn out to be expected and the others not.',
      benign: twin(shared),
      malicious: twin(
        [...shared, ...hosts.map((address, i) => stolen(600 + i, undefined, { address }))],
        hosts.map((host) => `orders ${host} 1 in-scope-of`),
      ),
    };
  },
];

/** Sixty days of a function in a VPC that leaves by one gateway. */
function onPremises() {
  const random = new Random('on premises');
  const start = OLD_MORNING + 3 * 365 * 86_400;
  const fn = newFunction(random, { accountId: SHOP, region: 'eu-west-1', name: 'freight' });
  const ci = newSession(random, newRole(random, SHOP, 'deploy', '/'), 'build-runner', start - 900);
  const made = createFunction(random, fn, ['subnet-0a1b2c3d4e5f60718'], {
    identity: sessionIdentity(ci),
    time: start - 800,
    address: office,
  });
  const sessions = Array.from({ length: 45 }, (_, day) => newFunctionSession(random, fn, start + day * 86_400));
  const records = sessions.flatMap((session, day) => [
    ...(day === 0 ? coldStart(random, session) : []),
    lambdaCall(random, session, operations.getParameter('/prod/freight/rates'), session.issuedAt + 60, {
      address: registry,
    }),
  ]);
  return { random, sessions, records: [made, ...records] };
}
