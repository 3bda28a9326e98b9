import { useCallback, useEffect, useRef, useState } from 'react';
import type { Topic } from '../api/connection.ts';
import { useServices } from './services.ts';

export interface Loaded<Value> {
  /** The newest answer for this key; with `keep`, the answer for the key before while the new one is on its way. */
  readonly value: Value | undefined;
  readonly error: unknown;
  /** True while the answer for a new key is on its way. Refreshing in the background does not count: nothing should flicker. */
  readonly loading: boolean;
  readonly reload: () => void;
}

interface Held<Value> {
  readonly key: string;
  readonly value: Value | undefined;
  readonly error: unknown;
}

/**
 * Asks the server, and again when the key changes, when one of the topics changed there, and after a lost connection.
 * `key` says what is asked for; an answer that comes after the key has changed is dropped.
 */
export function useLoad<Value>(options: {
  readonly key: string;
  readonly topics: readonly Topic[];
  readonly load: (signal: AbortSignal) => Promise<Value>;
  /** Show the answer for the last key until the next one comes. */
  readonly keep?: boolean;
  /** False: not yet. What it would ask can wait for something more urgent. */
  readonly when?: boolean;
}): Loaded<Value> {
  const { connection } = useServices();
  const { key, topics, when = true } = options;
  const latest = useRef(options);
  latest.current = options;
  const [held, setHeld] = useState<Held<Value>>();
  const running = useRef<AbortController>(undefined);

  const run = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { key: asked, load } = latest.current;
    load(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setHeld({ key: asked, value, error: undefined });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        // An answer on screen is worth more than an error about refreshing it.
        setHeld((old) => ({ key: asked, value: old?.key === asked ? old.value : undefined, error }));
      },
    );
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key is a new question
  useEffect(() => {
    if (when) run();
    return () => running.current?.abort();
  }, [key, run, when]);

  const watched = topics.join();
  useEffect(() => {
    const names = watched.split(',');
    return connection.onChange((changed) => {
      if (changed === undefined || names.some((name) => changed.has(name))) run();
    });
  }, [connection, watched, run]);

  const current = held?.key === key ? held : undefined;
  const value = current?.value ?? (options.keep && current === undefined ? held?.value : undefined);
  return { value, error: current?.error, loading: current === undefined, reload: run };
}
