import { useCallback, useEffect, useRef, useState } from 'react';
import type { Topic } from '../api/connection.ts';
import type { Items } from '../api/types.ts';
import { useLoad } from './use-load.ts';

export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly error: unknown;
  readonly loading: boolean;
  readonly loadingMore: boolean;
  /** Absent when everything is here. */
  readonly more?: () => void;
  readonly reload: () => void;
}

/** A list that grows by "show more": the first page refreshes itself, later ones are asked for and start over with it. */
export function usePages<Item>(options: {
  readonly key: string;
  readonly topics: readonly Topic[];
  readonly load: (after: string | undefined, signal: AbortSignal) => Promise<Items<Item>>;
}): Pages<Item> {
  const { load } = options;
  const first = useLoad({
    key: options.key,
    topics: options.topics,
    load: (signal) => load(undefined, signal),
    keep: true,
  });
  const [rest, setRest] = useState<{
    readonly of: Items<Item>;
    readonly items: readonly Item[];
    readonly next?: string;
  }>();
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>();
  const latest = useRef(load);
  latest.current = load;

  const page = first.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new first page ends what was asked of the old one
  useEffect(() => {
    setAsking(false);
    setError(undefined);
  }, [page]);

  const grown = page !== undefined && rest?.of === page ? rest : undefined;
  const next = grown === undefined ? page?.next : grown.next;
  const more = useCallback(() => {
    if (page === undefined || next === undefined) return;
    setAsking(true);
    latest.current(next, new AbortController().signal).then(
      (answer) => {
        setAsking(false);
        setRest((old) => ({
          of: page,
          items: [...(old?.of === page ? old.items : []), ...answer.items],
          ...(answer.next === undefined ? {} : { next: answer.next }),
        }));
      },
      (cause: unknown) => {
        setAsking(false);
        setError(cause);
      },
    );
  }, [page, next]);

  return {
    items: page === undefined ? [] : [...page.items, ...(grown?.items ?? [])],
    error: first.error ?? error,
    loading: first.loading,
    loadingMore: asking,
    ...(next === undefined ? {} : { more }),
    reload: first.reload,
  };
}
