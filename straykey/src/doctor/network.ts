import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { NetworkDoor } from './ports.ts';

/** Milliseconds for a connection and a greeting; 5 s. */
const PATIENCE_MS = 5_000;
/** Characters of a greeting that are looked at. */
const GREETING = 512;

export function networkDoor(): NetworkDoor {
  return {
    reach: (host, port, how) =>
      new Promise((resolve, reject) => {
        const socket: Socket =
          how === 'tls'
            ? connectTls({ host, port, servername: isAddress(host) ? '' : host })
            : connectTcp({ host, port });
        const end = (error?: Error, greeting = ''): void => {
          clearTimeout(timer);
          socket.removeAllListeners();
          socket.on('error', () => {});
          if (how === 'smtp' && error === undefined) socket.end('QUIT\r\n');
          else socket.destroy();
          if (error === undefined) resolve(greeting);
          else reject(error);
        };
        const timer = setTimeout(() => end(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
        socket.on('error', (error) => end(error));
        socket.on('close', () => end(new Error('the connection was closed')));
        if (how === 'smtp')
          socket.once('data', (bytes: Buffer) => end(undefined, bytes.toString('latin1', 0, GREETING).trimEnd()));
        else socket.once(how === 'tls' ? 'secureConnect' : 'connect', () => end());
      }),
  };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}
