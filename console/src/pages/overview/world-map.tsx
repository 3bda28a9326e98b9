import { geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json';
import type { Overview } from '../../api/types.ts';
import { counted } from '../../kit/numbers.ts';
import { visible } from '../../kit/visible.ts';
import { COUNTRY_IDS, SMALL_COUNTRIES } from './country-ids.ts';

const WIDTH = 760;
const HEIGHT = 350;
/** Antarctica has no address blocks to show and takes a fifth of the height. */
const ANTARCTICA = '010';
/** A dot's area grows with its calls; the largest has this radius. */
const LARGEST_DOT = 16;
const SMALLEST_DOT = 4;

const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const countries = feature(topology, topology.objects.countries).features.filter(({ id }) => id !== ANTARCTICA);
const projection = geoEqualEarth().fitSize([WIDTH, HEIGHT], { type: 'FeatureCollection', features: countries });
const path = geoPath(projection);
const outlines = countries.map((country) => ({ id: String(country.id ?? ''), outline: path(country) ?? '' }));

type Country = Overview['countries'][number];

/**
 * Where the remote hosts' address blocks are registered: not where people sit. Drawn from data in the bundle; the list beside it says the same
 * in words.
 */
export default function WorldMap({ countries: hit }: { readonly countries: readonly Country[] }) {
  const hitIds = new Set(hit.map(({ code }) => COUNTRY_IDS.get(code)));
  const most = Math.max(1, ...hit.map(({ calls }) => calls));
  const dots = hit
    .flatMap((country) => {
      const at = positionOf(country.code);
      return at === undefined ? [] : [{ country, at, radius: radiusOf(country.calls, most) }];
    })
    // Small ones on top.
    .sort((a, b) => b.radius - a.radius);
  const label =
    hit.length === 0
      ? 'World map: no remote hosts in open findings'
      : `World map: remote hosts in ${hit.length} countries`;
  return (
    <svg className="plot map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {outlines.map(({ id, outline }) => (
        <path key={outline} className={hitIds.has(id) ? 'land hit' : 'land'} d={outline} />
      ))}
      {dots.map(({ country, at, radius }) => (
        <circle key={country.code} className="dot" cx={at[0]} cy={at[1]} r={radius}>
          <title>{`${visible(country.name)}: ${counted(country.calls, 'call')}, ${counted(country.findings, 'finding')}`}</title>
        </circle>
      ))}
    </svg>
  );
}

function positionOf(code: string): readonly [number, number] | undefined {
  const small = SMALL_COUNTRIES.get(code);
  if (small !== undefined) return projection([small[0], small[1]]) ?? undefined;
  const id = COUNTRY_IDS.get(code);
  const country = countries.find((each) => each.id === id);
  return country === undefined ? undefined : path.centroid(mainland(country));
}

/** The largest piece of a country: the middle of France with its lands overseas lies in the Atlantic. */
function mainland(country: (typeof countries)[number]): (typeof countries)[number] {
  const { geometry } = country;
  if (geometry.type !== 'MultiPolygon') return country;
  const pieces = geometry.coordinates.map((coordinates) => ({
    ...country,
    geometry: { type: 'Polygon' as const, coordinates },
  }));
  return pieces.reduce((largest, piece) => (path.area(piece) > path.area(largest) ? piece : largest));
}

function radiusOf(calls: number, most: number): number {
  return SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * Math.sqrt(calls / most);
}
