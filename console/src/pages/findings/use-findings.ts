import { useEffect, useState } from 'react';
import type { Finding } from '../../api/types.ts';
import { useServices } from '../../kit/services.ts';
import { useLoad } from '../../kit/use-load.ts';
import { isCountable } from './fields.ts';
import { criteriaOfView, type View } from './view.ts';

export interface Found {
  readonly findings: readonly Finding[];
  /** Of all pages; comes a moment after the first one. Undefined also where counting would take too long. */
  readonly total: number | undefined;
  /** `25+`: what is known when nobody counted. */
  readonly about: string;
  readonly error: unknown;
  readonly loading: boolean;
  /** The rows answer the question before this one; the new answer is on its way. */
  readonly stale: boolean;
  readonly page: number;
  readonly pages: number;
  /** More pages follow the last one known: GuardDuty's tokens lead from one to the next. */
  readonly openEnd: boolean;
  readonly turnTo: (page: number) => void;
  readonly reload: () => void;
}

const NONE: readonly Finding[] = [];

/** One page of findings, in step with the server. */
export function useFindings(view: View, size: number): Found {
  const { guardDuty } = useServices();
  const criteria = criteriaOfView(view);
  const question = JSON.stringify([criteria, view.sort, view.descending, size]);
  const [place, setPlace] = useState<{
    readonly of: string;
    readonly page: number;
    readonly tokens: readonly string[];
  }>();
  const { page, tokens } = place?.of === question ? place : { page: 1, tokens: [] };
  const token = page === 1 ? undefined : tokens[page - 2];

  const listed = useLoad({
    key: `${question} ${token ?? ''}`,
    topics: ['findings'],
    keep: true,
    load: (signal) =>
      guardDuty.findings(
        criteria,
        { attributeName: view.sort, orderBy: view.descending ? 'DESC' : 'ASC' },
        size,
        token,
        signal,
      ),
  });
  const counted = useLoad({
    key: JSON.stringify(criteria),
    topics: ['findings'],
    // The rows first: counting may have to look at every finding.
    when: !listed.loading && isCountable(view.tokens),
    load: (signal) => guardDuty.countBySeverity(criteria, signal),
  });

  const next = listed.loading ? undefined : listed.value?.next;
  useEffect(() => {
    if (next === undefined) return;
    setPlace((old) => {
      const known = old?.of === question ? old : { of: question, page: 1, tokens: [] };
      if (known.tokens[known.page - 1] === next) return known;
      return { ...known, tokens: [...known.tokens.slice(0, known.page - 1), next] };
    });
  }, [next, question]);

  const pages = Math.max(page, tokens.length + (listed.value?.next === undefined ? 0 : 1), 1);
  return {
    findings: listed.value?.findings ?? NONE,
    total:
      counted.value === undefined ? undefined : Object.values(counted.value).reduce((sum, count) => sum + count, 0),
    about: `${(page - 1) * size + (listed.value?.findings.length ?? 0)}${listed.value?.next === undefined ? '' : '+'}`,
    error: listed.error,
    loading: listed.loading && listed.value === undefined,
    stale: listed.loading && listed.value !== undefined,
    page,
    pages,
    openEnd: listed.value?.next !== undefined && page >= pages - 1,
    turnTo: (to) =>
      setPlace({
        of: question,
        page: Math.min(to, tokens.length + 1),
        tokens: place?.of === question ? place.tokens : [],
      }),
    reload: listed.reload,
  };
}
