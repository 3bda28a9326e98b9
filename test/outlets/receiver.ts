import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: string;
}

/** What the receiver does with one request. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Takes the message and then says so only by halves. */
  | 'half-written'
  /** Takes the message and never answers. */
  | 'silent'
  /** Breaks the connection before reading the message. */
  | 'reset';

/** An HTTP receiver on the loopback address that keeps what it took and fails as told. */
export interface Receiver {
  readonly url: string;
  /** Requests whose body arrived whole, in order, whatever was answered. */
  readonly received: Received[];
  /** For the next requests, one each; then it answers 200. */
  script: Behaviour[];
  /** Closes the port and every connection. */
  down(): Promise<void>;
  /** Opens the same port again. */
  up(): Promise<void>;
}

/** @param answer body of an answer 200, made from what was received */
export async function startReceiver(answer: (received: Received) => string = () => 'ok'): Promise<Receiver> {
  let server: Server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    script: [],
    async down() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    async up() {
      server = await listen(port);
    },
  };
  return receiver;

  async function listen(at: number): Promise<Server> {
    const made = createServer((request, response) => {
      void take(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => made.listen(at, '127.0.0.1', resolve));
    return made;
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const behaviour = receiver.script.shift() ?? { status: 200 };
    if (behaviour === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const received = {
      headers: request.headers,
      path: request.url ?? '',
      body: Buffer.concat(pieces).toString('utf8'),
    };
    receiver.received.push(received);
    if (behaviour === 'silent') return;
    if (behaviour === 'half-written') {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('o', () => response.destroy());
      return;
    }
    response.writeHead(behaviour.status, behaviour.headers);
    response.end(behaviour.body ?? answer(received));
  }
}
