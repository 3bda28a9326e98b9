import { useCallback, useState } from 'react';
import { advice } from '../api/client.ts';
import type { Topic } from '../api/connection.ts';
import { useServices } from './services.ts';
import { visible } from './visible.ts';

/** What a failed request has to say to a person. */
export function sentence(error: unknown): string {
  return visible(error instanceof Error ? error.message : String(error));
}

/**
 * Does something that changes the server: one at a time, told at the top of the page, and whoever shows the topics asks again.
 * Answers whether it worked.
 */
export function useAct(): {
  readonly busy: boolean;
  act(options: {
    readonly what: () => Promise<unknown>;
    readonly done: string;
    readonly failed: string;
    readonly topics: readonly Topic[];
  }): Promise<boolean>;
} {
  const { tell, connection } = useServices();
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    async ({
      what,
      done,
      failed,
      topics,
    }: {
      readonly what: () => Promise<unknown>;
      readonly done: string;
      readonly failed: string;
      readonly topics: readonly Topic[];
    }) => {
      setBusy(true);
      try {
        await what();
        tell({ type: 'success', header: done });
        connection.changed(...topics, 'audit');
        return true;
      } catch (error) {
        tell({ type: 'error', header: failed, text: `${sentence(error)} ${advice(error)}` });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [tell, connection],
  );
  return { busy, act };
}
