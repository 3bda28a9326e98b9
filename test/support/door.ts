import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on the loopback address that can fail while the server keeps what it knows. */
export interface Door {
  readonly port: number;
  /** Nobody listens any more, and every connection breaks. */
  shut(): Promise<void>;
  /** The same port again. */
  open(): Promise<void>;
  /** Connections stay and new ones come about, but no byte passes any more: a network that swallows. */
  freeze(): void;
}

export async function doorTo(port: number): Promise<Door> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((outside) => {
    const inside = connect(port, '127.0.0.1');
    const pair = [outside, inside] as const;
    for (const [socket, other] of [pair, [inside, outside] as const]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
      if (frozen) socket.unpipe().pause();
    }
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const { port: own } = server.address() as AddressInfo;
  return {
    port: own,
    async shut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    open: () => listen(own),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
