// What anybody writes first: gunzip a file, JSON.parse it, look at every record. `naive.ts FOLDER PREFIXES`
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Answer, answerLine, gzipFiles, outsideTest, PRESIGNED_VERBS } from './question.ts';

/** The records of CloudTrail, as far as the question goes. */
interface Rec {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly sourceIPAddress: string;
  readonly userIdentity?: {
    readonly type?: string;
    readonly accessKeyId?: string;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly arn?: string } };
    readonly inScopeOf?: { readonly issuerType?: string };
  };
  readonly responseElements?: { readonly credentials?: { readonly accessKeyId?: string } } | null;
  readonly additionalEventData?: { readonly AuthenticationMethod?: string } | null;
}

export function naiveAnswer(folder: string, prefixesFile: string): Answer[] {
  const isOutside = outsideTest(prefixesFile);
  const issued = new Set<string>();
  const found = new Map<string, Answer & { readonly scoped: boolean }>();
  for (const path of gzipFiles(folder)) {
    const { Records } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { Records: Rec[] };
    for (const r of Records) {
      const made = r.responseElements?.credentials?.accessKeyId;
      if (r.eventName === 'AssumeRole' && r.sourceIPAddress === 'lambda.amazonaws.com' && made) issued.add(made);
      const who = r.userIdentity;
      if (who?.type !== 'AssumedRole' || !isOutside(r.sourceIPAddress) || isPresigned(r)) continue;
      found.set(r.eventID, {
        accessKeyId: who.accessKeyId ?? '',
        address: r.sourceIPAddress,
        eventID: r.eventID,
        roleArn: who.sessionContext?.sessionIssuer?.arn ?? '',
        eventTime: r.eventTime,
        eventName: r.eventName,
        scoped: who.inScopeOf?.issuerType?.startsWith('AWS::Lambda::') === true,
      });
    }
  }
  return [...found.values()].filter((use) => use.scoped || issued.has(use.accessKeyId));
}

function isPresigned(r: Rec): boolean {
  const method = r.additionalEventData?.AuthenticationMethod;
  return (
    method !== undefined &&
    method !== 'AuthHeader' &&
    r.eventSource === 's3.amazonaws.com' &&
    PRESIGNED_VERBS.includes(r.eventName)
  );
}

if (import.meta.main) {
  const [folder, prefixes] = process.argv.slice(2);
  for (const use of naiveAnswer(folder!, prefixes!)) console.log(answerLine(use));
}
