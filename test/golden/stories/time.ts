import {
  assumeRoleBy,
  lambdaCall,
  lambdaIssue,
  newUser,
  operations,
  outsideAddresses,
  userIdentity,
} from '../../../straykey/src/drill/index.ts';
import { at, PARTNER, SHOP, type Story, stage, THIEF, twin, without } from './stage.ts';

const { office } = outsideAddresses;

/** B4: time, delivery, volume; and each generation of records. */
export const timeStories: readonly (() => Story)[] = [
  () => {
    const { random, session, inside, stolen, fn } = stage('late', '1.08');
    const use = [inside(20), stolen(600), stolen(610, operations.listBuckets)];
    const hers = assumeRoleBy(random, userIdentity(newUser(random, SHOP, 'maria')), session, {
      address: office,
      region: fn.region,
      generation: '1.08',
    });
    const late = { more: { sharedEventID: random.uuid(), addendum: { reason: 'DELIVERY_DELAY' } } };
    return {
      name: 'issue-in-a-later-file',
      causes: [12, 35],
      about:
        'CloudTrail delivers out of order and sometimes hours late. Whose key it was is said by a file that comes after the use: by Lambda, and the use ' +
        "alarms; by a person's AssumeRole, and it is hers.",
      benign: { files: { 'events-1.jsonl': use, 'events-2.jsonl': [hers] }, finds: [] },
      malicious: {
        files: { 'events-1.jsonl': use, 'events-2.jsonl': [lambdaIssue(random, session, late)] },
        finds: [`orders ${THIEF} 2 issued-key`],
      },
    };
  },
  () => {
    const { random, cold, inside, stolen, object } = stage('duplicates');
    const shared = [...cold(), inside(20), inside(30)];
    const again = stolen(600);
    const sharedEventID = random.uuid();
    const mine = object('GetObject', 620, { address: THIEF, more: { sharedEventID } });
    const theirs = { ...mine, eventID: random.uuid(), recipientAccountId: PARTNER };
    return {
      name: 'duplicates',
      causes: [36],
      about:
        'Two trails deliver the same record, an organisation delivers it twice, and the owner of a bucket sees the same action under another eventID with ' +
        'the same sharedEventID. Each action counts once.',
      benign: { files: { 'events-1.jsonl': shared, 'events-2.jsonl': [...shared].reverse() }, finds: [] },
      malicious: {
        files: { 'events-1.jsonl': [...shared, again, mine, again], 'events-2.jsonl': [again, theirs] },
        finds: [`orders ${THIEF} 2 in-scope-of`],
      },
    };
  },
  () => {
    const { random, cold, inside, stolen } = stage('addendum');
    const call = stolen(600);
    const redacted = { ...call, userAgent: 'HIDDEN_DUE_TO_SECURITY_REASONS' };
    const corrected = {
      ...call,
      eventID: random.uuid(),
      addendum: { reason: 'UPDATED_DATA', updatedFields: 'userAgent', originalEventID: call.eventID },
    };
    const shared = [...cold(), inside(20, { more: { addendum: { reason: 'DELIVERY_DELAY' } } })];
    return {
      name: 'corrected-record',
      causes: [37],
      about:
        'CloudTrail corrects a record by another one, with its own eventID, that names the original. Both are one action, and the corrected fields ' +
        'count. A delay changes nothing.',
      benign: twin(shared),
      malicious: twin([...shared, corrected, redacted], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('midnight', '1.11', at('2026-08-20T22:58:00Z'));
    const shared = [...cold(), inside(60), inside(3700)];
    return {
      name: 'over-the-hour-and-midnight',
      causes: [38],
      about:
        'Inside at 22:59, outside at 23:01 and again after midnight, with nothing from inside in between: no window ends a credential before it expires. ' +
        'One finding over both days.',
      benign: twin(shared),
      malicious: twin([...shared, stolen(180), stolen(3900)], [`orders ${THIEF} 2 in-scope-of`]),
    };
  },
  () => {
    const { inside, stolen } = stage('first record');
    return {
      name: 'first-record-ever',
      causes: [41],
      about:
        'The very first record of a trail is the theft, and inScopeOf in it is the only proof. No training time: it alarms.',
      benign: twin([inside(20)]),
      malicious: twin([stolen(20)], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('same second');
    const shared = [...cold(), inside(30), inside(30)];
    return {
      name: 'in-the-same-second',
      causes: [42],
      about:
        'eventTime has whole seconds, and records of one second come in any order. Inside and outside use in the very same second is no contradiction: ' +
        'environment and thief both hold the key.',
      benign: twin(shared),
      malicious: twin([stolen(30), ...shared.toReversed()], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('issue only', '1.08');
    const shared = [...cold(), inside(20)];
    return {
      name: 'generation-2022-issuing-record-only',
      causes: [12],
      about: "Before inScopeOf: Lambda's AssumeRole is the proof, for its key wherever that is used.",
      benign: twin(shared),
      malicious: twin([...shared, stolen(600), stolen(620, operations.listBuckets)], [`orders ${THIEF} 2 issued-key`]),
    };
  },
  () => {
    const { random, session, another, inside, start } = stage('issued session', '1.08');
    const unseen = another(-7200);
    const shared = [
      lambdaIssue(random, session),
      inside(20),
      lambdaCall(random, unseen, operations.describeTable('orders'), start + 30),
    ];
    const away = lambdaCall(random, unseen, operations.listBuckets, start + 600, { address: THIEF });
    return {
      name: 'key-issued-before-the-trail-begins',
      causes: [12],
      about:
        "A warm environment's key was issued before the trail begins. Another issue by Lambda has the same role and session name, and no record shows the key " +
        "issued to anybody else: it is the function's.",
      benign: twin(shared),
      malicious: twin([...shared, away], [`orders ${THIEF} 1 issued-session`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('oldest', '1.05');
    const bare = (record: ReturnType<typeof stolen>) => without(without(record, 'recipientAccountId'), 'readOnly');
    const shared = [...cold(), inside(20)].map(bare);
    return {
      name: 'generation-2018',
      causes: [12],
      about:
        'Records of 2018 have no eventCategory, no managementEvent, often no recipientAccountId, and the expiration in another form. Same proof, same verdict.',
      benign: twin(shared),
      malicious: twin(
        [...shared, bare(stolen(600)), bare(stolen(620, operations.listBuckets))],
        [`orders ${THIEF} 2 issued-key`],
      ),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('failed');
    const denied = { errorCode: 'AccessDenied' };
    const shared = [...cold(), inside(20, denied), inside(21, denied)];
    return {
      name: 'failed-calls-only',
      causes: [],
      about: 'Every call of the thief is refused. Trying proves that he holds the key.',
      benign: twin(shared),
      malicious: twin(
        [
          ...shared,
          stolen(600, operations.listSecrets, denied),
          stolen(605, operations.describeInstances, { errorCode: 'Client.UnauthorizedOperation' }),
          stolen(610, operations.listBuckets, denied),
        ],
        [`orders ${THIEF} 3 in-scope-of`],
      ),
    };
  },
  () => {
    const { cold, object } = stage('s3 only', '1.08');
    const shared = [...cold(), object('GetObject', 20), object('PutObject', 30)];
    const away = { address: THIEF, agent: 'rclone/v1.71.0' };
    return {
      name: 's3-data-events-only',
      causes: [],
      about:
        'The thief only reads and writes objects: nothing of it is a management event, and the data events alone make the finding.',
      benign: twin(shared),
      malicious: twin(
        [...shared, object('GetObject', 600, away), object('GetObject', 601, away), object('PutObject', 640, away)],
        [`orders ${THIEF} 3 issued-key`],
      ),
    };
  },
];
