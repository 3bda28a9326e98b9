import type { Caller, Incoming, Refusal } from '../signing/index.ts';
import { queryOf } from '../signing/index.ts';

/** What clients ask of AWS's Security Token Service before they ask GuardDuty anything. Query protocol: a form in, XML out. */
export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The action that a request to the root names, in its form or its query; undefined when it names none. */
export function stsActionOf({ method, target, body }: Incoming): string | undefined {
  const [path, query = ''] = target.split('?', 2);
  if (path !== '/' && path !== '') return undefined;
  const form = method === 'POST' && query === '' ? new TextDecoder().decode(body) : query;
  return queryOf(form.replaceAll('+', '%20'))?.get('Action')?.[0];
}

export function callerIdentity(caller: Caller, accountId: string, partition: string, requestId: string): string {
  return `<GetCallerIdentityResponse xmlns="${STS_NAMESPACE}">
  <GetCallerIdentityResult>
    <Arn>arn:${partition}:iam::${accountId}:user/straykey/${escaped(caller.user)}</Arn>
    <UserId>${escaped(caller.user)}</UserId>
    <Account>${escaped(accountId)}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>${escaped(requestId)}</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`;
}

export function stsError(
  { status, code, message }: Pick<Refusal, 'code' | 'message'> & { readonly status: number },
  requestId: string,
): string {
  return `<ErrorResponse xmlns="${STS_NAMESPACE}">
  <Error>
    <Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>
    <Code>${escaped(code)}</Code>
    <Message>${escaped(message)}</Message>
  </Error>
  <RequestId>${escaped(requestId)}</RequestId>
</ErrorResponse>
`;
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
