import {
  agents,
  type Operation,
  operations,
  outsideAddresses,
  presignedCall,
} from '../../../straykey/src/drill/index.ts';
import { type Story, stage, THIEF, twin } from './stage.ts';

const { office, registry, hoster } = outsideAddresses;
const QUERY = { additional: { AuthenticationMethod: 'QueryString' } };

/** B3: signed by the function, sent by somebody else. */
export const delegationStories: readonly (() => Story)[] = [
  () => {
    const { random, session, cold, inside, stolen, start } = stage('presigned');
    const clients = [office, registry, hoster, THIEF];
    const verbs = ['GetObject', 'PutObject', 'HeadObject', 'UploadPart'] as const;
    const links = clients.map((address, i) =>
      presignedCall(
        random,
        session,
        verbs[i]!,
        { bucket: 'orders-data', key: `invoices/${i}.pdf` },
        { signedAt: start + 60 + i, sentAt: start + 100 + i },
        { address },
      ),
    );
    const shared = [...cold(), inside(20), ...links];
    const asTool: Operation[] = [
      operations.listBuckets,
      operations.listObjects('orders-data'),
      operations.getCallerIdentity,
    ];
    return {
      name: 'presigned-objects',
      causes: [28, 25],
      about:
        'Links to single objects, presigned by the function and followed by browsers anywhere: S3 writes AuthenticationMethod QueryString. Counted and ' +
        'listed, no finding. A signature in the query of anything else (listing, other services) is no link for customers but the habit of attack ' +
        'tools: an ordinary finding.',
      benign: twin(shared),
      malicious: twin(
        [...shared, ...asTool.map((operation, i) => stolen(600 + i, operation, QUERY))],
        [`orders ${THIEF} 3 in-scope-of`],
      ),
    };
  },
  () => {
    const { cold, object } = stage('post policy');
    const form = (verb: 'PutObject', after: number, method: string) =>
      object(verb, after, { address: office, agent: agents.browser, additional: { AuthenticationMethod: method } });
    const shared = [...cold(), form('PutObject', 60, 'HtmlForm'), form('PutObject', 61, 'QueryString')];
    return {
      name: 'browser-form-upload',
      causes: [29],
      about:
        'A browser uploads with a form whose policy the function signed. The method S3 writes for it is not documented; any word but AuthHeader means that ' +
        "the sender need not hold the key. Signed in the header, the sender does hold it, and a browser's agent changes nothing.",
      benign: twin(shared),
      malicious: twin([...shared, form('PutObject', 600, 'AuthHeader')], [`orders ${office} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, object } = stage('parts');
    const part = (after: number, method: string) =>
      object('UploadPart', after, {
        address: hoster,
        additional: { AuthenticationMethod: method },
        more: {
          tlsDetails: { tlsVersion: 'TLSv1.3', clientProvidedHostHeader: 'orders-data.s3-accelerate.amazonaws.com' },
        },
      });
    const shared = [...cold(), part(60, 'QueryString'), part(61, 'QueryString'), part(62, 'QueryString')];
    return {
      name: 'presigned-parts-by-the-accelerate-endpoint',
      causes: [30],
      about:
        'Large uploads send presigned parts, by the accelerate endpoint too: one delegation each, no finding. A part signed in the header comes from ' +
        'whoever holds the key.',
      benign: twin(shared),
      malicious: twin([...shared, part(600, 'AuthHeader')], [`orders ${hoster} 1 in-scope-of`]),
    };
  },
  () => {
    const { cold, inside, stolen } = stage('identity proof');
    const proof = stolen(60, operations.getCallerIdentity, { address: hoster, agent: 'Go-http-client/1.1' });
    const shared = [...cold(), inside(20), proof];
    return {
      name: 'identity-proof',
      causes: [31],
      about:
        'Vault and EKS let a function prove who it is by a presigned GetCallerIdentity that their server sends, from its own address. CloudTrail cannot ' +
        'tell that from a thief asking whose key he has, so it is a finding, of low confidence, and says why. Anything more from that host and it is ' +
        'an ordinary one.',
      benign: twin(shared, [`orders ${hoster} 1 in-scope-of`]),
      malicious: twin(
        [...shared, stolen(90, operations.listSecrets, { address: hoster })],
        [`orders ${hoster} 2 in-scope-of`],
      ),
    };
  },
  () => {
    const { random, session, cold, inside, stolen, start } = stage('poisoning');
    const days = Array.from({ length: 25 }, (_, day) =>
      presignedCall(
        random,
        session,
        'GetObject',
        { bucket: 'orders-data', key: 'public/terms.pdf' },
        { signedAt: start + day * 86_400, sentAt: start + day * 86_400 + 5 },
        { address: THIEF },
      ),
    );
    const shared = [...cold(), inside(20), ...days];
    return {
      name: 'presigned-clients-are-not-learned',
      causes: [28, 40],
      about:
        'Weeks of downloads by presigned links do not make the client an expected host: else a patient thief could buy silence with them. His first ' +
        'call with the key itself alarms as new.',
      benign: twin(shared),
      malicious: twin([...shared, stolen(25 * 86_400, operations.listBuckets)], [`orders ${THIEF} 1 in-scope-of`]),
    };
  },
];
