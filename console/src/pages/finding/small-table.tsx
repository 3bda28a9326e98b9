import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';
import type { Evidence } from '../../api/types.ts';
import { number } from '../../kit/numbers.ts';

type Listed<Item> = { readonly total: number; readonly listed: readonly Item[] };

/** What all tables of the panel have in common. */
export function smallTable<Item>(label: string, list: Listed<Item>) {
  return {
    variant: 'borderless' as const,
    contentDensity: 'compact' as const,
    wrapLines: true,
    items: list.listed,
    ariaLabels: { tableLabel: label },
    empty: <Box color="text-body-secondary">None</Box>,
  };
}

/** Evidence lists are bounded; the header says what they leave out. */
export function Small({
  title,
  list,
  children,
}: {
  readonly title: string;
  readonly list: Listed<unknown> | Evidence['keys'];
  readonly children?: ReactNode;
}) {
  const left = list.total - list.listed.length;
  return (
    <Header variant="h3" counter={`(${number(list.total)})`} description={children}>
      {title}
      {left > 0 ? <Box variant="small"> the first {number(list.listed.length)} are listed</Box> : null}
    </Header>
  );
}
