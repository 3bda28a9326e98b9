import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Client } from '../api/client.ts';
import type { Connection, ConnectionState } from '../api/connection.ts';
import type { GuardDuty } from '../api/guardduty.ts';
import type { OwnApi } from '../api/own.ts';
import type { Session } from '../api/types.ts';

/** What every page may use once somebody is signed in. */
export interface Services {
  readonly session: Session;
  readonly client: Client;
  readonly own: OwnApi;
  readonly guardDuty: GuardDuty;
  readonly connection: Connection;
  /** Readers see no control that writes. The server refuses them all the same. */
  readonly mayWrite: boolean;
  /** A line at the top of the page: what was done, or what went wrong. */
  readonly tell: (notice: Notice) => void;
}

export interface Notice {
  readonly type: 'success' | 'error' | 'warning' | 'info';
  readonly header: string;
  readonly text?: string;
}

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error('useServices needs a signed-in session around it');
  return services;
}

export function useConnection(connection: Connection): ConnectionState {
  return useSyncExternalStore(connection.onState, connection.state);
}
