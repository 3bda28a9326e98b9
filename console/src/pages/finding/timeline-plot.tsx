import type { TimelineEntry } from '../../api/types.ts';
import { counted } from '../../kit/numbers.ts';
import { visible } from '../../kit/visible.ts';

/** Units of the drawing are pixels on the usual screen; a phone gets a narrower drawing, so that its text stays readable. */
const WIDTH = window.innerWidth < 690 ? 360 : 640;
const LEFT = 70;
const RIGHT = 24;
const LANES = { outside: 42, inside: 98 } as const;
const AXIS = 128;
const HEIGHT = 150;
/** Calls nearer than this become one dot, in pixels of the drawing. */
const BUCKET = 9;
const TICKS = WIDTH < 400 ? 3 : 5;

interface Dot {
  readonly x: number;
  readonly lane: 'outside' | 'inside';
  readonly look: string;
  readonly calls: readonly TimelineEntry[];
}

/** Two lanes, one dot a moment; the table below says the same in words. */
export function TimelinePlot({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  if (entries.length === 0) return null;
  const times = entries.map(({ time }) => Date.parse(time)).filter(Number.isFinite);
  const from = times.reduce((least, time) => Math.min(least, time), Infinity);
  const to = times.reduce((most, time) => Math.max(most, time), -Infinity);
  const scale = (time: number) =>
    to === from ? (LEFT + WIDTH - RIGHT) / 2 : LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const dots = dotsOf(entries, scale);
  const outside = entries.filter(({ place }) => place === 'outside').length;
  const label = `Timeline: ${counted(outside, 'call')} outside and ${counted(entries.length - outside, 'entry', 'entries')} inside AWS. The table below lists them.`;
  return (
    <figure className="timeline">
      <svg className="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {(['outside', 'inside'] as const).map((lane) => (
          <g key={lane}>
            <text className="lane-name" x={0} y={LANES[lane] + 4}>
              {lane === 'outside' ? 'Outside' : 'Inside'}
            </text>
            <line className="lane" x1={LEFT - 10} x2={WIDTH} y1={LANES[lane]} y2={LANES[lane]} />
          </g>
        ))}
        {ticksOf(from, to).map((tick) => (
          <g key={tick.time}>
            <line className="lane" x1={scale(tick.time)} x2={scale(tick.time)} y1={AXIS - 6} y2={AXIS} />
            <text x={scale(tick.time)} y={AXIS + 14} textAnchor="middle">
              {tick.text}
            </text>
          </g>
        ))}
        {dots.map((dot) => (
          <circle
            key={`${dot.lane} ${dot.look} ${dot.x}`}
            className={dot.look}
            cx={dot.x}
            cy={LANES[dot.lane]}
            r={Math.min(12, 3.5 + 1.5 * Math.sqrt(dot.calls.length - 1))}
          >
            <title>{titleOf(dot)}</title>
          </circle>
        ))}
      </svg>
      <Legend looks={new Set(dots.map(({ look }) => look))} />
    </figure>
  );
}

const LOOKS: ReadonlyMap<string, string> = new Map([
  ['call-outside', 'alarming'],
  ['call-failed', 'alarming, failed'],
  ['call-derived', 'by a derived credential'],
  ['call-silenced', 'expected, or another credential'],
  ['call-inside', 'inside AWS'],
]);

function Legend({ looks }: { readonly looks: ReadonlySet<string> }) {
  return (
    <figcaption className="legend">
      {[...LOOKS]
        .filter(([look]) => looks.has(look))
        .map(([look, text]) => (
          <span key={look}>
            <svg width="12" height="12" aria-hidden="true">
              <circle className={look} cx="6" cy="6" r="4.5" />
            </svg>
            {text}
          </span>
        ))}
    </figcaption>
  );
}

function lookOf({ place, relation, error }: TimelineEntry): string {
  if (place === 'inside') return 'call-inside';
  if (relation === 'derived') return 'call-derived';
  if (relation === 'silenced' || relation === 'host') return 'call-silenced';
  return error === undefined ? 'call-outside' : 'call-failed';
}

function dotsOf(entries: readonly TimelineEntry[], scale: (time: number) => number): readonly Dot[] {
  const dots = new Map<string, { x: number; lane: Dot['lane']; look: string; calls: TimelineEntry[] }>();
  for (const entry of entries) {
    const time = Date.parse(entry.time);
    if (!Number.isFinite(time)) continue;
    const x = Math.round(scale(time) / BUCKET) * BUCKET;
    const look = lookOf(entry);
    const key = `${entry.place} ${look} ${x}`;
    const dot = dots.get(key) ?? { x, lane: entry.place, look, calls: [] };
    dot.calls.push(entry);
    dots.set(key, dot);
  }
  return [...dots.values()];
}

function titleOf({ calls }: Dot): string {
  const [first] = calls;
  if (first === undefined) return '';
  const when = first.time.slice(0, 19).replace('T', ' ');
  const what = visible(first.api);
  return calls.length === 1 ? `${when} ${what}` : `${when} and on: ${counted(calls.length, 'call')}, first ${what}`;
}

const DAY = 86_400_000;

function ticksOf(from: number, to: number): readonly { readonly time: number; readonly text: string }[] {
  if (to === from) return [{ time: from, text: new Date(from).toISOString().slice(0, 16).replace('T', ' ') }];
  return Array.from({ length: TICKS }, (_, i) => {
    const time = from + ((to - from) * i) / (TICKS - 1);
    const text = new Date(time).toISOString();
    return {
      time,
      text:
        to - from > 3 * DAY
          ? text.slice(5, 10)
          : to - from > DAY
            ? text.slice(5, 16).replace('T', ' ')
            : text.slice(11, 19),
    };
  });
}
