// Hooks that write down what the scanner asks and tells, and a record to ask about.
import type { Oddity } from '../../straykey/src/kit/index.ts';
import type { ApiCall, SkimHooks } from '../../straykey/src/records/index.ts';
import { toApiCall } from '../../straykey/src/records/parse.ts';
import { createScanner, type Scanner } from '../../straykey/src/records/scanner.ts';

export const record = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLEEXAMPLE123:orders',
    arn: 'arn:aws:sts::111122223333:assumed-role/orders/orders',
    accountId: '111122223333',
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  },
  eventTime: '2024-03-01T08:09:10Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '203.0.113.9',
  userAgent: 'aws-cli/2',
  requestParameters: { bucketName: 'orders' },
  eventID: 'id-1',
  recipientAccountId: '111122223333',
};

export interface Asked {
  readonly meets: ApiCall[];
  readonly witnesses: ApiCall[];
  readonly kinds: string[];
  readonly tallies: ApiCall[];
  readonly likes: ApiCall[];
  readonly issued: { readonly like: number; readonly accessKeyId: string }[];
  readonly reads: { readonly id: string; readonly offset: number }[];
  readonly notes: number[];
  readonly oddities: Oddity[];
}

export type Answers = Partial<Pick<SkimHooks, 'kindOf' | 'meet' | 'witness' | 'tallyOf' | 'likeOf'>>;

/** `answers` replace the answers, which are `skim`, `skip`, false, tally 0 and no like. */
export function listen(answers: Answers = {}): { asked: Asked; hooks: SkimHooks } {
  const questions = { meets: [], witnesses: [], kinds: [], tallies: [], likes: [] };
  const asked: Asked = { ...questions, issued: [], reads: [], notes: [], oddities: [] };
  const hooks: SkimHooks = {
    kindOf(source, name) {
      asked.kinds.push(`${source} ${name}`);
      return answers.kindOf?.(source, name) ?? 'skim';
    },
    meet(call) {
      asked.meets.push(call);
      return answers.meet?.(call) ?? 'skip';
    },
    witness(call) {
      asked.witnesses.push(call);
      return answers.witness?.(call) ?? false;
    },
    tallyOf(call) {
      asked.tallies.push(call);
      return answers.tallyOf?.(call) ?? 0;
    },
    likeOf(issue) {
      asked.likes.push(issue);
      return answers.likeOf?.(issue) ?? -1;
    },
    issued: (like, accessKeyId) => asked.issued.push({ like, accessKeyId }),
    read: ({ id }, offset) => asked.reads.push({ id, offset }),
    note: (token) => asked.notes.push(token),
    oddity: (oddity) => asked.oddities.push(oddity),
  };
  return { asked, hooks };
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export function scan(text: string, answers?: Answers): { asked: Asked; scanner: Scanner } {
  const { asked, hooks } = listen(answers);
  const scanner = createScanner(hooks, toApiCall);
  scanner.begin('file', 0);
  scanner.push(bytes(text));
  scanner.end();
  return { asked, scanner };
}

export const text = (changes: object = {}): string => JSON.stringify({ ...record, ...changes });
export const identity = (changes: object): object => ({ userIdentity: { ...record.userIdentity, ...changes } });
