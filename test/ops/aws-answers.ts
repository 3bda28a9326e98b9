import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An AWS that answers from a script: CloudTrail and EventBridge (AWS JSON 1.1), Security Hub (REST), STS (Query), or refuses everything. */
export interface AwsAnswers {
  readonly endpoint: string;
  /** Operations asked for, in order: `CloudTrail_20131101.DescribeTrails`, `GET /accounts`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** What to answer: a JSON value, a text of XML, or an error by the permission that is missing. */
export type Answer = { readonly json: unknown } | { readonly xml: string } | { readonly refused: string };

export async function startAnswers(
  answer: (operation: string, body: unknown, authorization: string) => Answer,
): Promise<AwsAnswers> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const target = request.headers['x-amz-target'];
    const operation =
      typeof target === 'string' ? target.split('.').slice(-2).join('.') : `${request.method} ${request.url}`;
    asked.push(operation);
    const body = await bodyOf(request);
    const found = answer(operation, body, request.headers.authorization ?? '');
    if ('xml' in found) {
      response.writeHead(200, { 'content-type': 'text/xml' }).end(found.xml);
      return;
    }
    if ('json' in found) {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(found.json));
      return;
    }
    const message = `User: arn:aws:iam::111122223333:user/jane is not authorized to perform: ${found.refused}`;
    const xml = `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
    const json = JSON.stringify({ __type: 'AccessDeniedException', message, Message: message });
    const rest = target === undefined && !operation.startsWith('GET /accounts');
    response
      .writeHead(rest ? 403 : 400, {
        'content-type': rest ? 'application/xml' : 'application/x-amz-json-1.1',
        'x-amzn-errortype': 'AccessDeniedException',
      })
      .end(rest ? xml : json);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  try {
    return JSON.parse(text);
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}
