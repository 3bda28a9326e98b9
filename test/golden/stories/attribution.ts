import {
  agents,
  assumeRoleBy,
  awsAddress,
  createFunction,
  createLogStream,
  foreignIdentity,
  lambdaCall,
  lambdaIssue,
  newRole,
  newSession,
  newUser,
  onBehalf,
  operations,
  outsideAddresses,
  roleArn,
  serviceIssue,
  sessionCall,
  sessionIdentity,
  userIdentity,
  writeRecord,
} from '../../../straykey/src/drill/index.ts';
import { PARTNER, SHOP, type Story, stage, THIEF, twin, withIdentity } from './stage.ts';

const { office, runner, hoster } = outsideAddresses;

/** B1: which principal is it? */
export const attributionStories: readonly (() => Story)[] = [
  () => {
    const { random, fn, cold, inside, stolen, start } = stage('shared role');
    const ci = newSession(random, fn.role, 'build-runner', start + 60);
    const where = { address: runner, region: fn.region };
    const runnerUses = [
      assumeRoleBy(random, { type: 'WebIdentityUser', userName: 'repo:example/shop' }, ci, where),
      sessionCall(random, ci, operations.listFunctions, { ...where, time: start + 70 }),
      sessionCall(random, ci, operations.listBuckets, { ...where, time: start + 80 }),
    ];
    const shared = [...cold(), inside(30), ...runnerUses];
    return {
      name: 'role-shared-with-a-build-runner',
      causes: [1],
      about:
        "One role, used by a Lambda function and by a build runner outside AWS. The runner's key was returned to the runner's own " +
        "AssumeRole and carries no inScopeOf: it is the runner's. Only the function's own key, used outside, alarms.",
      benign: twin(shared),
      malicious: twin([...shared, stolen(600), stolen(620, operations.listBuckets)], [`orders ${THIEF} 2 in-scope-of`]),
    };
  },
  () => {
    const { random, fn, cold, inside, stolen, start } = stage('developer', '1.08');
    const maria = newUser(random, SHOP, 'maria');
    const local = newSession(random, fn.role, fn.name, start + 300);
    const where = { address: office, region: fn.region, generation: '1.08' as const };
    const atHerDesk = [
      assumeRoleBy(random, userIdentity(maria), local, where),
      sessionCall(random, local, operations.getParameter('/prod/orders/settings'), { ...where, time: start + 320 }),
      sessionCall(random, local, operations.listBuckets, { ...where, time: start + 340 }),
    ];
    const shared = [...cold(), inside(30), ...atHerDesk];
    return {
      name: 'developer-with-the-functions-name',
      causes: [2],
      about:
        "A developer assumes the execution role by hand and gives the session the function's name. Records of that time have no inScopeOf, and " +
        'role and session name equal those of a true issue. The AssumeRole that returned her key is hers, so the key is hers. The twin ' +
        "uses the key that Lambda's AssumeRole returned.",
      benign: twin(shared),
      malicious: twin([...shared, stolen(600, operations.listBuckets)], [`orders ${THIEF} 1 issued-key`]),
    };
  },
  () => {
    const { random, fn, start } = stage('platform', '1.05');
    const poller = newSession(random, fn.role, 'awslambda_292_20181129085720334', start);
    const details = {
      time: start + 5,
      region: fn.region,
      agent: agents.controlPlane,
      generation: '1.05' as const,
    };
    const issue = serviceIssue(random, poller, 'lambda.amazonaws.com', {
      region: fn.region,
      generation: '1.05',
      life: 7800,
    });
    const poll = sessionCall(random, poller, operations.describeTable('orders'), {
      ...details,
      address: awsAddress(random, fn.region),
    });
    const away = sessionCall(random, poller, operations.describeTable('orders'), {
      ...details,
      time: start + 600,
      address: THIEF,
    });
    return {
      name: 'platform-session',
      causes: [3],
      about:
        "Lambda's own control plane polls event sources under sessions named awslambda_<number>_<time>, which live two hours. From AWS that is " +
        'its work. Nobody but a thief uses such a key from outside; no record says which function it served, so the finding names the role.',
      benign: twin([issue, poll]),
      malicious: twin([issue, poll, away], [`orders-role ${THIEF} 1 issued-key`]),
    };
  },
  () => {
    const { session, random, cold, inside, start } = stage('platform calls', '1.08');
    const shared = [...cold(), inside(20)];
    const forged = createLogStream(random, session, start + 600, { address: THIEF });
    return {
      name: 'platform-calls-under-the-functions-key',
      causes: [4],
      about:
        "At a cold start Lambda itself decrypts the environment and makes the log stream with the function's key, from other AWS addresses and " +
        'with agents of its own. From outside AWS, the same agent is only a word: the call alarms like any other.',
      benign: twin(shared),
      malicious: twin([...shared, forged], [`orders ${THIEF} 1 issued-key`]),
    };
  },
  () => {
    const { session, random, cold, stolen, start } = stage('on behalf');
    const decrypt = { source: 'kms.amazonaws.com', name: 'Decrypt', readOnly: true };
    const query = {
      source: 'athena.amazonaws.com',
      name: 'StartQueryExecution',
      readOnly: false,
      request: { queryString: 'HIDDEN_DUE_TO_SECURITY_REASONS', workGroup: 'primary' },
    };
    const services = [
      onBehalf(random, session, decrypt, 'AWS Internal', start + 40),
      onBehalf(random, session, operations.describeTable('orders'), 'athena.amazonaws.com', start + 605),
      onBehalf(random, session, operations.listBuckets, 'athena.amazonaws.com', start + 606),
    ];
    const shared = [...cold(), ...services];
    return {
      name: 'service-on-behalf',
      causes: [5, 15],
      about:
        "Services act with the caller's session: CloudTrail shows the service for invokedBy, address and agent. That is not remote use, even " +
        'when a call from outside caused it. The one call that the thief sent himself alarms, once.',
      benign: twin(shared),
      malicious: twin([...shared, stolen(600, query)], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { random, cold, inside, stolen, session, start } = stage('invoked by');
    const jorge = newUser(random, SHOP, 'jorge');
    const console = (address: string, identity: Readonly<Record<string, unknown>>, time: number) =>
      writeRecord(random, operations.listBuckets, {
        identity: { ...identity, invokedBy: 'signin.amazonaws.com' },
        time,
        region: 'eu-west-1',
        accountId: SHOP,
        address,
        agent: 'signin.amazonaws.com',
        generation: '1.11',
      });
    const shared = [...cold(), inside(20), console(office, userIdentity(jorge), start + 60)];
    return {
      name: 'invoked-by-with-the-callers-own-address',
      causes: [5, 7],
      about:
        'Console records name signin.amazonaws.com in invokedBy and yet carry the own address of the person. invokedBy alone makes no call ' +
        "internal: a person's stays a person's, and the function's key seen with it from outside alarms.",
      benign: twin(shared),
      malicious: twin(
        [...shared, console(THIEF, sessionIdentity(session), start + 900), stolen(950)],
        [`orders ${THIEF} 2 in-scope-of`],
      ),
    };
  },
  () => {
    const { random, fn, session, cold, inside, stolen, start } = stage('chained');
    const role = newRole(random, SHOP, 'reporting-read', '/');
    const where = { address: THIEF, region: fn.region };
    const child = newSession(random, role, 'session1', start + 620);
    const grandchild = newSession(random, newRole(random, PARTNER, 'partner-read', '/'), 'session2', start + 700);
    const chain = [
      assumeRoleBy(random, sessionIdentity(session), child, where),
      sessionCall(random, child, operations.listSecrets, { ...where, time: start + 640 }),
      sessionCall(random, child, operations.getSecretValue('prod/reports'), { ...where, time: start + 660 }),
      assumeRoleBy(random, sessionIdentity(child), grandchild, where),
      sessionCall(random, grandchild, operations.listBuckets, { ...where, time: start + 720 }),
    ];
    const tenant = newSession(random, role, 'tenant-7', start + 40);
    const vended = [
      assumeRoleBy(random, sessionIdentity(session), tenant, {
        address: awsAddress(random, fn.region),
        region: fn.region,
        agent: fn.agent,
      }),
      sessionCall(random, tenant, operations.listBuckets, { address: office, region: fn.region, time: start + 50 }),
    ];
    const shared = [...cold(), inside(20), ...vended];
    return {
      name: 'role-chaining',
      causes: [6, 32],
      about:
        'A function that hands out short sessions of another role, from inside AWS, to clients on the Internet taints nothing. When the key that ' +
        'assumes the role is itself outside, the sessions made with it, and with those, are followed and listed on the one finding; ' +
        'they make none of their own.',
      benign: twin(shared),
      malicious: twin([...shared, stolen(600), ...chain], [`orders ${THIEF} 2 in-scope-of`]),
    };
  },
  () => {
    const { random, fn, cold, inside, stolen, start } = stage('console');
    const signin = {
      source: 'signin.amazonaws.com',
      name: 'GetSigninToken',
      readOnly: true,
      response: { credentials: { accessKeyId: random.accessKey('ASIA') }, GetSigninToken: 'Success' },
    };
    const browser = { address: THIEF, agent: agents.browser };
    const pivot = [
      stolen(600, signin, { agent: 'Python-urllib/3.13', region: 'us-east-1' }),
      stolen(640, operations.listFunctions, { ...browser, more: { sessionCredentialFromConsole: 'true' } }),
    ];
    const maria = newSession(
      random,
      newRole(random, SHOP, 'AWSReservedSSO_Engineer', '/aws-reserved/'),
      'maria@example.com',
      start,
    );
    const person = sessionCall(random, maria, operations.listFunctions, {
      address: office,
      region: fn.region,
      time: start + 100,
      agent: agents.browser,
      more: { sessionCredentialFromConsole: 'true' },
    });
    const shared = [...cold(), inside(20), person];
    return {
      name: 'console-pivot',
      causes: [7],
      about:
        "People work in the console, from outside AWS, under their own sessions. A function's key that asks for a sign-in token does not: the " +
        'token and what follows in the console are listed on the finding.',
      benign: twin(shared),
      malicious: twin([...shared, ...pivot], [`orders ${THIEF} 2 in-scope-of`]),
    };
  },
  () => {
    const { random, call, cold, stolen, start } = stage('minted');
    const user = newUser(random, SHOP, 'mailer');
    const uses = (time: number, address: string) =>
      writeRecord(random, operations.listBuckets, {
        identity: userIdentity(user),
        time,
        region: 'eu-west-1',
        accountId: SHOP,
        address,
        agent: agents.cli,
        generation: '1.11',
      });
    const mint = operations.createAccessKey('mailer', user.key);
    const start1 = cold();
    return {
      name: 'minted-user-key',
      causes: [8],
      about:
        "A function may make users' keys as its work, from inside; their use outside is the users'. A key made from outside with the stolen " +
        'credential outlives it: it is listed on the finding with its uses.',
      benign: twin([...start1, call(mint, 30), uses(start + 500, hoster)]),
      malicious: twin(
        [...start1, stolen(600, mint, { region: 'us-east-1' }), uses(start + 900, THIEF)],
        [`orders ${THIEF} 1 in-scope-of`],
      ),
    };
  },
  () => {
    const { random, cold, inside, stolen, another, start } = stage('several keys', '1.08');
    const refreshed = another(1800);
    const shared = [
      ...cold(),
      inside(20),
      lambdaIssue(random, refreshed),
      lambdaCall(random, refreshed, operations.describeTable('orders'), start + 1830),
    ];
    const away = lambdaCall(random, refreshed, operations.listBuckets, start + 2400, {
      address: THIEF,
      agent: agents.cli,
    });
    return {
      name: 'several-keys-of-one-function',
      causes: [9, 39],
      about:
        'One function holds several keys at a time: one for each environment, and new ones without a cold start. Keys are evidence, not identity: ' +
        'two stolen keys used from one host make one finding that names both.',
      benign: twin(shared),
      malicious: twin([...shared, stolen(600), away], [`orders ${THIEF} 2 issued-key`]),
    };
  },
  () => {
    const { random, fn, start } = stage('edge', '1.08');
    const replica = newSession(random, fn.role, 'us-east-1.orders', start);
    const at = (region: string, address: string, after: number) =>
      sessionCall(random, replica, operations.getParameter('/edge/rules'), {
        time: start + after,
        region,
        address,
        agent: agents.node,
        generation: '1.08',
      });
    const issue = serviceIssue(random, replica, 'edgelambda.amazonaws.com', {
      region: 'us-east-1',
      generation: '1.08',
    });
    const shared = [
      issue,
      ...['eu-west-1', 'ap-south-1', 'us-west-2'].map((r, i) => at(r, awsAddress(random, r), 10 + i)),
    ];
    return {
      name: 'lambda-at-edge',
      causes: [10],
      about:
        'Lambda@Edge takes roles as edgelambda.amazonaws.com, names sessions us-east-1.NAME and calls from many regions. All of these are AWS. ' +
        'The finding names the function and its home region, not the session.',
      benign: twin(shared),
      malicious: twin([...shared, at('us-east-1', THIEF, 600)], [`orders ${THIEF} 1 issued-key`]),
    };
  },
  () => {
    const { inside, stolen } = stage('new issuer types');
    const scope = {
      inScopeOf: {
        issuerType: 'AWS::Lambda::MicroVM',
        credentialsIssuedTo: `arn:aws:lambda:eu-west-1:${SHOP}:function:orders`,
      },
    };
    const shell = withIdentity(inside(60, { agent: agents.cli }), scope);
    return {
      name: 'unknown-lambda-issuer-type',
      causes: [11],
      about:
        "Lambda grows new kinds of environments, and their issuer types are not all known. Any AWS::Lambda:: type is Lambda's family. An interactive " +
        'shell inside one, from an AWS address, is fine; the same credential outside is not.',
      benign: twin([shell]),
      malicious: twin([shell, withIdentity(stolen(600), scope)], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { random, session, inside, stolen, start } = stage('log writer', '1.08');
    const truly = createLogStream(random, session, start + 1);
    const forged = createLogStream(random, session, start + 1, { address: hoster });
    return {
      name: 'bound-by-the-log-writer',
      causes: [12],
      about:
        "No issue in the trail, no inScopeOf: but Lambda's log writer made the function's log stream with this key, from inside AWS. That binds the " +
        'key. The benign side has the same call from outside: anybody can write that agent, it binds nothing, and a key that nothing else ties to ' +
        'a function makes no finding.',
      benign: twin([forged, inside(20), stolen(600)]),
      malicious: twin([truly, inside(20), stolen(600)], [`orders ${THIEF} 1 log-writer`]),
    };
  },
  () => {
    const { random, fn, session, inside, stolen, start } = stage('name only', '1.08');
    const ci = newSession(random, newRole(random, SHOP, 'deploy', '/'), 'build-runner', start - 900);
    const made = createFunction(random, fn, [], {
      identity: sessionIdentity(ci),
      time: start - 800,
      address: runner,
      generation: '1.08',
    });
    const shared = [made, inside(20), stolen(600), stolen(610, operations.listBuckets)];
    return {
      name: 'session-name-only',
      causes: [2, 12],
      about:
        'A session named like a function that exists, used outside, and no record says who issued it: a person may have chosen the name. It is shown ' +
        "as unattributed, never a finding. With Lambda's issue in the trail it is one.",
      benign: twin(shared, [], { unattributed: ['orders 2'] }),
      malicious: twin([...shared, lambdaIssue(random, session)], [`orders ${THIEF} 2 issued-key`]),
    };
  },
  () => {
    const { session, cold, inside, object } = stage('cross account', '1.08');
    const seenByPartner = (address: string, after: number) =>
      object('GetObject', after, {
        address,
        accountId: PARTNER,
        identity: foreignIdentity(session),
        more: { sharedEventID: `5e3f1c9a-0000-4000-a000-00000000000${after % 10}` },
      });
    const shared = [...cold(), inside(20), seenByPartner(inside(21).sourceIPAddress as string, 31)];
    return {
      name: 'cross-account-copy',
      causes: [13],
      about:
        "Used on another account's bucket, the key shows in that account's trail as type AWSAccount with the principal id alone: no ARN, no key. The " +
        "role's unique id, which the own trail ties to the role, attributes it.",
      benign: twin(shared),
      malicious: twin(
        [...shared, seenByPartner(THIEF, 602), seenByPartner(THIEF, 603)],
        [`orders ${THIEF} 2 issued-session`],
      ),
    };
  },
  () => {
    const { random, fn, cold, inside, stolen, start } = stage('empty scopes', '1.08');
    const person = newSession(random, newRole(random, SHOP, 'analyst', '/'), 'analyst', start);
    const scopes = [
      { inScopeOf: {} },
      { inScopeOf: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: roleArn(fn.role) } },
      { inScopeOf: { issuerType: 'AWS::Lambda::Function' } },
    ];
    const calls = scopes.map((scope, i) =>
      sessionCall(random, person, operations.listBuckets, {
        identity: { ...sessionIdentity(person), ...scope },
        time: start + 60 + i,
        address: office,
        region: fn.region,
      }),
    );
    const atTop = sessionCall(random, person, operations.listBuckets, {
      time: start + 70,
      address: office,
      region: fn.region,
      more: {
        inScopeOf: {
          issuerType: 'AWS::Lambda::Function',
          credentialsIssuedTo: `arn:aws:lambda:eu-west-1:${SHOP}:function:orders`,
        },
      },
    });
    const shared = [...cold(), inside(20), ...calls, atTop];
    return {
      name: 'scopes-that-prove-nothing',
      causes: [12],
      about:
        "An empty inScopeOf, one with a role's ARN or none, and one at the top of the record have all been seen, and none says who a credential " +
        "was issued to. A person's session with any of them stays a person's.",
      benign: twin(shared),
      malicious: twin([...shared, withIdentity(stolen(600), { inScopeOf: {} })], [`orders ${THIEF} 1 issued-key`]),
    };
  },
  () => {
    const { random, fn, start } = stage('task', '1.08');
    const task = newSession(random, fn.role, '1dc5c17a11f84b5a9f2f4f1c5e1b7a3d', start);
    const arn = `arn:aws:ecs:eu-west-1:${SHOP}:task/shop/${task.name}`;
    const scope = { issuerType: 'AWS::ECS::Task', credentialsIssuedTo: arn };
    const issue = serviceIssue(random, task, 'ecs-tasks.amazonaws.com', {
      region: fn.region,
      generation: '1.08',
      life: 21_600,
    });
    const use = (address: string, after: number, scoped: boolean) =>
      sessionCall(random, scoped ? { ...task, scope } : task, operations.listBuckets, {
        time: start + after,
        address,
        region: fn.region,
        generation: scoped ? '1.11' : '1.08',
      });
    return {
      name: 'ecs-task',
      causes: [],
      about:
        'The type also covers credentials made for an ECS task. Issued by ecs-tasks.amazonaws.com under the task id; newer records name the task.',
      benign: twin([issue, use(awsAddress(random, fn.region), 20, true)]),
      malicious: twin(
        [issue, use(awsAddress(random, fn.region), 20, true), use(THIEF, 600, true)],
        [`1dc5c17a11f84b5a9f2f4f1c5e1b7a3d ${THIEF} 1 in-scope-of`],
      ),
    };
  },
  () => {
    const { random, fn, start } = stage('instance', '1.08');
    const instance = newSession(random, fn.role, 'i-0a1b2c3d4e5f60718', start);
    const issue = serviceIssue(random, instance, 'ec2.amazonaws.com', {
      region: fn.region,
      generation: '1.08',
      life: 21_600,
    });
    const use = (address: string, after: number) =>
      sessionCall(random, instance, operations.listBuckets, {
        time: start + after,
        address,
        region: fn.region,
        generation: '1.08',
      });
    const inside = use(awsAddress(random, fn.region), 20);
    return {
      name: 'ec2-instance',
      causes: [1],
      about:
        'The sibling type for credentials made for an EC2 instance: same proof, by ec2.amazonaws.com and the instance id, and the name ' +
        'InstanceCredentialExfiltration.OutsideAWS.',
      benign: twin([issue, inside]),
      malicious: twin([issue, inside, use(THIEF, 600)], [`i-0a1b2c3d4e5f60718 ${THIEF} 1 issued-key`]),
    };
  },
];
