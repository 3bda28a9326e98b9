import { type ComponentType, lazy } from 'react';
import { href, type Route } from './kit/route.ts';
import { Page } from './parts/page.tsx';

/** First part of the address to page. Each page comes when it is first opened. */
const PAGES: ReadonlyMap<string, ComponentType> = new Map<string, ComponentType>([
  ['', lazy(async () => ({ default: (await import('./pages/overview/overview.tsx')).OverviewPage }))],
  ['findings', lazy(async () => ({ default: (await import('./pages/findings/findings.tsx')).FindingsPage }))],
  ['hosts', lazy(async () => ({ default: (await import('./pages/hosts.tsx')).HostsPage }))],
  ['rules', lazy(async () => ({ default: (await import('./pages/rules.tsx')).RulesPage }))],
  ['lists', lazy(async () => ({ default: (await import('./pages/lists.tsx')).ListsPage }))],
  ['sources', lazy(async () => ({ default: (await import('./pages/sources.tsx')).SourcesPage }))],
  ['outlets', lazy(async () => ({ default: (await import('./pages/outlets.tsx')).OutletsPage }))],
  ['keys', lazy(async () => ({ default: (await import('./pages/keys.tsx')).KeysPage }))],
  ['audit', lazy(async () => ({ default: (await import('./pages/audit.tsx')).AuditPage }))],
  ['start', lazy(async () => ({ default: (await import('./pages/start.tsx')).StartPage }))],
]);

const SuppressPage = lazy(async () => ({ default: (await import('./pages/suppress/suppress.tsx')).SuppressPage }));

export function Routes({ route }: { readonly route: Route }) {
  const [top = '', id, verb] = route.path;
  if (top === 'findings' && id !== undefined && verb === 'suppress') return <SuppressPage key={id} id={id} />;
  const Found = PAGES.get(top);
  return Found === undefined ? <NotHere /> : <Found />;
}

function NotHere() {
  return (
    <Page title="No such page" says="The address may be from another version.">
      <a href={href([])}>Go to the overview</a>
    </Page>
  );
}
