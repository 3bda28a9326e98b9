import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import type { Overview } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { href } from '../../kit/route.ts';
import { LEVELS, levelOf } from '../../kit/severity.ts';

const AGES: Readonly<Record<string, string>> = {
  today: 'today',
  '7 days': 'in the last 7 days',
  '30 days': 'in the last 30 days',
  older: 'longer ago',
};

/** The numbers one looks for first, each leading to what it counts. */
export function Figures({ overview }: { readonly overview: Overview }) {
  const { findings, learning } = overview;
  const bySeverity = LEVELS.map(({ word }) => ({
    word,
    count: findings.bySeverity
      .filter(({ severity }) => levelOf(severity).word === word)
      .reduce((sum, { count }) => sum + count, 0),
  })).filter(({ count }) => count > 0);
  return (
    <Container>
      <ColumnLayout columns={4} variant="text-grid" minColumnWidth={150}>
        <Figure label="Open findings" value={findings.active} to={href(['findings'])}>
          {bySeverity.map(({ word, count }) => `${number(count)} ${word.toLowerCase()}`).join(', ') ||
            'Nothing alarming'}
        </Figure>
        <Figure
          label="Last alarming call"
          value={findings.byAge.find(({ label }) => label === 'today')?.count ?? 0}
          unit="today"
          to={href(['findings'], { sort: 'updatedAt' })}
        >
          {findings.byAge
            .filter(({ label, count }) => label !== 'today' && count > 0)
            .map(({ label, count }) => `${number(count)} ${AGES[label] ?? label}`)
            .join(', ') || 'None earlier'}
        </Figure>
        <Figure label="Archived" value={findings.archived} to={href(['findings'], { status: 'archived' })}>
          {counted(findings.suppressed, 'by a suppression rule', 'by suppression rules')}
        </Figure>
        <Figure label="Hosts learned as expected" value={learning.learned} to={href(['hosts'], { state: 'learned' })}>
          {number(learning.learning)} being learned, {number(learning.reopened)} reopened
        </Figure>
      </ColumnLayout>
    </Container>
  );
}

function Figure(props: {
  readonly label: string;
  readonly value: number;
  readonly unit?: string;
  readonly to: string;
  readonly children: ReactNode;
}) {
  return (
    <div>
      <Box variant="awsui-key-label">{props.label}</Box>
      <div className="figure">
        <Link
          href={props.to}
          fontSize="display-l"
          variant="primary"
          ariaLabel={`${props.label}: ${number(props.value)}`}
        >
          {number(props.value)}
        </Link>{' '}
        {props.unit === undefined ? null : (
          <Box variant="span" color="text-body-secondary">
            {props.unit}
          </Box>
        )}
      </div>
      <Box color="text-body-secondary">{props.children}</Box>
    </div>
  );
}
