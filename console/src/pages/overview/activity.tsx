import BarChart, { type BarChartProps } from '@cloudscape-design/components/bar-chart';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Overview } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { Empty } from '../../parts/empty.tsx';

type Day = Overview['activity'][number];
type Bars = BarChartProps<string>['series'];

const compact = new Intl.NumberFormat('en', { notation: 'compact' });

/** Two plots with one time axis: a theft is a dozen calls, honest work thousands; on one scale the theft could not be seen. */
export function Activity({ days }: { readonly days: readonly Day[] }) {
  const alarming = sum(days, 'alarming');
  const silenced = sum(days, 'silenced');
  const outside: Bars = [
    bars('Alarming', 'var(--outside)', days, 'alarming'),
    bars('From expected hosts', 'var(--quiet)', days, 'silenced'),
  ];
  const inside: Bars = [bars('Sessions inside AWS', 'var(--inside)', days, 'insideSessions')];
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description="UTC days; credentials made for functions, tasks and instances">
          Use outside and inside AWS
        </Header>
      }
    >
      <SpaceBetween size="s">
        <Box color="text-body-secondary">
          {counted(days.length, 'day')}: {counted(alarming, 'alarming call')} and {number(silenced)} from expected hosts
        </Box>
        <Plot label="Calls from outside AWS by day" y="Calls outside" series={outside} days={days} />
        <Plot label="Sessions inside AWS by day" y="Sessions inside" series={inside} days={days} />
      </SpaceBetween>
    </Container>
  );
}

function Plot({
  label,
  y,
  series,
  days,
}: {
  readonly label: string;
  readonly y: string;
  readonly series: Bars;
  readonly days: readonly Day[];
}) {
  const most = Math.max(
    1,
    ...days.map((_, i) => series.reduce((total, each) => total + ('data' in each ? (each.data[i]?.y ?? 0) : 0), 0)),
  );
  return (
    <BarChart
      ariaLabel={label}
      height={110}
      hideFilter
      hideLegend={series.length === 1}
      stackedBars
      xScaleType="categorical"
      xDomain={days.map(({ day }) => day)}
      yDomain={[0, most]}
      yTitle={y}
      series={series}
      i18nStrings={{
        xTickFormatter: (day) => day.slice(5),
        yTickFormatter: (value) => (Number.isInteger(value) ? compact.format(value) : ''),
      }}
      detailPopoverSeriesContent={({ series: each, y: value }) => ({ key: each.title, value: number(value) })}
      empty={<Empty title="No records yet" />}
    />
  );
}

function bars(
  title: string,
  color: string,
  days: readonly Day[],
  member: 'alarming' | 'silenced' | 'insideSessions',
): Bars[number] {
  return { type: 'bar', title, color, data: days.map((day) => ({ x: day.day, y: day[member] })) };
}

function sum(days: readonly Day[], member: 'alarming' | 'silenced'): number {
  return days.reduce((total, day) => total + day[member], 0);
}
