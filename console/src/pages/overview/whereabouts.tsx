import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { lazy } from 'react';
import type { Overview } from '../../api/types.ts';
import { counted } from '../../kit/numbers.ts';
import { href } from '../../kit/route.ts';
import { isolated } from '../../kit/visible.ts';
import { Words } from '../../parts/words.tsx';
import { COUNTRY, linkToFilter } from '../findings/fields.ts';

const WorldMap = lazy(() => import('./world-map.tsx'));

/** Countries named under the map; the rest are dots only. */
const NAMED = 6;

export function Whereabouts({ countries }: { readonly countries: Overview['countries'] }) {
  const sorted = [...countries].sort((a, b) => b.findings - a.findings || b.calls - a.calls);
  const most = Math.max(1, ...sorted.map(({ findings }) => findings));
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description="Where the address block is registered, which is not where people sit">
          Remote hosts in open findings
        </Header>
      }
    >
      <SpaceBetween size="s">
        <WorldMap countries={countries} />
        {sorted.length === 0 ? <Box color="text-body-secondary">No remote hosts in open findings.</Box> : null}
        <ul className="countries">
          {sorted.slice(0, NAMED).map((country) => (
            <li key={country.code}>
              <Link
                href={href(['findings'], linkToFilter(COUNTRY, country.name))}
                ariaLabel={`Findings from ${isolated(country.name)}`}
              >
                <Words>{country.name}</Words>
              </Link>{' '}
              <Box variant="span" color="text-body-secondary">
                {counted(country.findings, 'finding')}, {counted(country.calls, 'call')}
              </Box>
              <Meter share={country.findings / most} />
            </li>
          ))}
        </ul>
        {sorted.length > NAMED ? (
          <Box color="text-body-secondary">
            and {counted(sorted.length - NAMED, 'more country', 'more countries')} on the map
          </Box>
        ) : null}
      </SpaceBetween>
    </Container>
  );
}

function Meter({ share }: { readonly share: number }) {
  return (
    <div className="meter" aria-hidden="true">
      <div style={{ width: `${Math.round(share * 100)}%` }} />
    </div>
  );
}
