import { Hono } from 'hono';
import { StoreUnavailable } from '../../store/index.ts';
import { type Answer, type Incoming, queryOf, receive } from '../signing/index.ts';
import { destinationOperations } from './destinations.ts';
import { detectorIn, detectorOperations, partitionOf } from './detectors.ts';
import { filterOperations } from './filters.ts';
import { findingOperations } from './findings.ts';
import { listOperations } from './lists.ts';
import { memberOperations } from './members.ts';
import type { GuardDutyPorts, Operation } from './ports.ts';
import { readInput } from './read-input.ts';
import { Rejection, rejected, SENTENCES } from './rejection.ts';
import { type Routed, route } from './route.ts';
import { callerIdentity, stsActionOf, stsError } from './sts.ts';
import { tagOperations } from './tags.ts';

/** Bytes of a request's body. 50 ids and criteria with 50 fields of 50 values stay far below. */
export const MOST_BODY = 1_048_576;

/** By name of the operation. */
export const implemented: ReadonlyMap<string, Operation> = new Map(
  [
    detectorOperations,
    findingOperations,
    filterOperations,
    listOperations,
    destinationOperations,
    tagOperations,
    memberOperations,
  ].flatMap((each) => Object.entries(each)),
);

/**
 * GuardDuty's REST API (restJson1), and of STS GetCallerIdentity. Takes every path it is given, so mount it after everything else. Replies never
 * hold a stack trace, and what went wrong inside goes to the log with the request's id.
 */
export function createGuardDutyApi(ports: GuardDutyPorts): Hono {
  const app = new Hono();
  app.all('*', async (context) => {
    const requestId = ports.newId();
    const received = await receive(context, MOST_BODY);
    if (received.kind !== 'incoming') {
      return received.kind === 'too-large' ? errorReply(TOO_LARGE, requestId) : errorReply(BROKEN, requestId);
    }
    const { incoming } = received;
    const action = stsActionOf(incoming);
    return action === undefined
      ? await answer(incoming, requestId, ports)
      : await answerSts(action, incoming, requestId, ports);
  });
  return app;
}

const TOO_LARGE = new Rejection(
  413,
  'RequestEntityTooLargeException',
  `The request is larger than ${MOST_BODY} bytes.`,
);
const BROKEN = new Rejection(400, 'BadRequestException', 'The request ended before its body did.');

async function answer(incoming: Incoming, requestId: string, ports: GuardDutyPorts): Promise<Response> {
  try {
    const [path = '', query = ''] = halves(incoming.target);
    const routed = route(incoming.method, path);
    const operation = routed.kind === 'operation' ? implemented.get(routed.operation.name) : undefined;
    const { authenticator } = ports;
    const write = operation?.write === true;
    const admitted = await authenticator.authenticate(incoming, { write, services: ['guardduty'] });
    if (admitted.kind === 'refused') return errorReply(fromRefusal(admitted), requestId);
    return await run(routed, operation, { incoming, query, caller: admitted.caller, requestId }, ports);
  } catch (error) {
    return errorReply(rejectionFor(error, requestId, ports), requestId);
  }
}

interface Admitted {
  readonly incoming: Incoming;
  readonly query: string;
  readonly caller: Extract<Answer, { kind: 'caller' }>['caller'];
  readonly requestId: string;
}

async function run(
  routed: Routed,
  operation: Operation | undefined,
  { incoming, query, caller, requestId }: Admitted,
  ports: GuardDutyPorts,
): Promise<Response> {
  if (routed.kind === 'unknown') {
    throw new Rejection(404, 'UnknownOperationException', 'GuardDuty has no operation with this method and path.');
  }
  const { name, status } = routed.operation;
  if (operation === undefined) {
    throw rejected(`The request is rejected because ${name} is not implemented by Straykey.`);
  }
  const input = readInput(routed.operation, routed.labels, queryOf(query) ?? new Map(), incoming.body);
  if (operation.detectorless !== true) await knownDetector(input.DetectorId as string, ports);
  const reply = await operation.run({ input, caller, ports });
  const headers = headersFor(requestId);
  return status === 204
    ? new Response(null, { status, headers })
    : new Response(JSON.stringify(reply), { status, headers });
}

/** @throws Rejection for a detector id that is none, and for one that is not ours or was deleted */
async function knownDetector(id: string, ports: GuardDutyPorts): Promise<void> {
  if (!/^[0-9A-Za-z]{1,300}$/.test(id)) throw rejected(SENTENCES.parameter('detectorId'));
  if (id !== ports.detectorId || (await detectorIn(ports)) === undefined) throw rejected(SENTENCES.notOwned);
}

async function answerSts(
  action: string,
  incoming: Incoming,
  requestId: string,
  ports: GuardDutyPorts,
): Promise<Response> {
  const headers = { ...headersFor(requestId), 'content-type': 'text/xml' };
  try {
    const admitted = await ports.authenticator.authenticate(incoming, {
      write: false,
      services: ['sts'],
      otherRegions: ['us-east-1'],
    });
    if (admitted.kind === 'refused') {
      const code = admitted.code === 'UnrecognizedClientException' ? 'InvalidClientTokenId' : admitted.code;
      return new Response(stsError({ ...admitted, code }, requestId), { status: admitted.status, headers });
    }
    if (action !== 'GetCallerIdentity') {
      const problem = {
        status: 400,
        code: 'InvalidAction',
        message: 'Of STS, Straykey implements GetCallerIdentity only.',
      };
      return new Response(stsError(problem, requestId), { status: 400, headers });
    }
    const body = callerIdentity(admitted.caller, ports.accountId, partitionOf(ports.region), requestId);
    return new Response(body, { status: 200, headers });
  } catch (error) {
    const { status, code, message } = rejectionFor(error, requestId, ports);
    return new Response(stsError({ status, code, message }, requestId), { status, headers });
  }
}

function rejectionFor(error: unknown, requestId: string, { log }: GuardDutyPorts): Rejection {
  if (error instanceof Rejection) return error;
  log.error(
    { requestId, error: error instanceof Error ? error.stack : String(error) },
    'A request of the GuardDuty API failed.',
  );
  return error instanceof StoreUnavailable
    ? new Rejection(
        503,
        'ServiceUnavailableException',
        'The request has failed due to a temporary failure of the store.',
      )
    : new Rejection(
        500,
        'InternalServerErrorException',
        `Internal error; the log has it under the request id ${requestId}.`,
      );
}

function fromRefusal({ status, code, message }: Extract<Answer, { kind: 'refused' }>): Rejection {
  return new Rejection(status, code, message);
}

function errorReply({ status, type, code, message, detail }: Rejection, requestId: string): Response {
  const body = { message, __type: code, ...(detail === undefined ? {} : { detail: detail.slice(0, 1000) }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headersFor(requestId),
      'x-amzn-errortype': type,
      // The rest of a body that is too large is not read.
      ...(status === 413 ? { connection: 'close' } : {}),
    },
  });
}

function headersFor(requestId: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
}

function halves(target: string): readonly string[] {
  const at = target.indexOf('?');
  return at === -1 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}
