import type { Evidence } from '../../findings/index.ts';
import { type Markup, markup } from './markup.ts';

/** Plot area in pixels; the height of the bars is linear in calls. */
const WIDTH = 720;
const BARS = 72;
const STRIP = 10;
/** Widest bar, so that one day does not become a wall. */
const WIDEST = 18;
/** Shortest span plotted: a single day says more among empty ones. */
const FEWEST_DAYS = 14;
/** Longest span plotted; a longer one shows its last days and says so. */
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

/**
 * Use by UTC day: outside above the line (alarming and silenced), inside below. Shows at a glance whether traffic moved (inside stops when
 * outside starts) or a second user appeared (both at once). Days without a record are empty, which may also mean that no trail was read.
 */
export function timeline({ calls, inside }: Evidence): Markup {
  const outside = new Map(calls.byDay.listed.map((each) => [numberOf(each.day), each]));
  const insideDays = new Set(inside.days.listed.map(numberOf));
  const all = [...outside.keys(), ...insideDays].filter(Number.isFinite);
  const last = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const earliest = all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(last)) return markup``;
  const first = Math.max(Math.min(earliest, last - FEWEST_DAYS + 1), last - MOST_DAYS + 1);
  const slot = WIDTH / (last - first + 1);
  const most = [...outside.values()].reduce((a, each) => Math.max(a, each.alarming + each.silenced), 1);
  const bars = [...outside].flatMap(([n, { alarming, day, silenced }]) => {
    if (n < first) return [];
    const x = (n - first) * slot;
    const red = barHeight(alarming, most);
    const grey = barHeight(silenced, most);
    return [
      markup`<g><title>${`${day}: ${alarming} alarming, ${silenced} silenced`}</title>${rect('silenced', x, BARS - red - grey, slot, grey)}${rect('alarming', x, BARS - red, slot, red)}</g>`,
    ];
  });
  const marks = [...insideDays].flatMap((n) =>
    n < first
      ? []
      : [
          markup`<g><title>${`${dayOf(n)}: used inside AWS`}</title>${rect('inside', (n - first) * slot, BARS + 4, slot, STRIP)}</g>`,
        ],
  );
  const cutOff = first > earliest ? ' Earlier days are not shown.' : '';
  return markup`<figure><svg viewBox="0 0 ${WIDTH} ${BARS + STRIP + 6}" role="img" aria-label="Use by day, ${dayOf(first)} to ${dayOf(last)}">
<line class="axis" x1="0" x2="${WIDTH}" y1="${BARS + 2}" y2="${BARS + 2}"/>${bars}${marks}</svg><div class="ends"><span>${dayOf(first)}</span><span>${dayOf(last)}</span></div>
<figcaption><span class="is"><span class="key alarming"></span> outside AWS, alarming</span> <span class="is"><span class="key silenced"></span> outside, expected</span> <span class="is"><span class="key inside"></span> inside AWS</span><br>Highest day outside: ${most.toLocaleString('en-US')}.${cutOff}</figcaption></figure>`;
}

/** A day with any call stays visible. */
function barHeight(calls: number, most: number): number {
  return calls === 0 ? 0 : Math.max(3, Math.round((calls / most) * (BARS - 6)));
}

function rect(kind: string, x: number, y: number, slot: number, height: number): Markup {
  if (height === 0) return markup``;
  const gap = slot > 4 ? 2 : 0;
  return markup`<rect class="${kind}" x="${x.toFixed(1)}" y="${y}" width="${Math.min(WIDEST, slot - gap).toFixed(1)}" height="${height}"/>`;
}

function numberOf(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

function dayOf(n: number): string {
  return new Date(n * DAY_MS).toISOString().slice(0, 10);
}
