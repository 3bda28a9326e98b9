import AppLayoutToolbar, { type AppLayoutToolbarProps } from '@cloudscape-design/components/app-layout-toolbar';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Client } from './api/client.ts';
import type { Connection } from './api/connection.ts';
import { guardDuty } from './api/guardduty.ts';
import type { OwnApi } from './api/own.ts';
import type { Session } from './api/types.ts';
import { go, href, type Route, useRoute } from './kit/route.ts';
import { type Notice, type Services, ServicesContext, useConnection } from './kit/services.ts';
import { THEMES, type Theme } from './kit/theme.ts';
import { isolated } from './kit/visible.ts';
import { Waiting } from './parts/waiting.tsx';
import { Routes } from './routes.tsx';

const FindingPanel = lazy(async () => ({ default: (await import('./pages/finding/panel.tsx')).FindingPanel }));

/** How long good news stays. Bad news stays until it is put away. */
const GOOD_NEWS_MS = 8_000;

const NAVIGATION: readonly SideNavigationProps.Item[] = [
  { type: 'link', text: 'Overview', href: href([]) },
  { type: 'link', text: 'Findings', href: href(['findings']) },
  { type: 'link', text: 'Hosts', href: href(['hosts']) },
  { type: 'divider' },
  { type: 'link', text: 'Suppression rules', href: href(['rules']) },
  { type: 'link', text: 'IP lists', href: href(['lists']) },
  { type: 'divider' },
  { type: 'link', text: 'Sources', href: href(['sources']) },
  { type: 'link', text: 'Outlets', href: href(['outlets']) },
  { type: 'link', text: 'Access keys', href: href(['keys']) },
  { type: 'link', text: 'Audit trail', href: href(['audit']) },
  { type: 'divider' },
  { type: 'link', text: 'Getting started', href: href(['start']) },
];

/** From this width on, in pixels, the list of pages starts open. */
const WIDE = 1200;
/** Below it the list of pages makes room for the finding that is opened. */
const WIDER = 1600;

/** Beside the table a good half of a laptop's screen; on a phone, where the panel stands below, most of the height. */
function firstPanelSize(): number {
  return window.innerWidth < 690 ? Math.round(window.innerHeight * 0.7) : Math.round(window.innerWidth * 0.47);
}

export function Shell(props: {
  readonly session: Session;
  readonly client: Client;
  readonly own: OwnApi;
  readonly connection: Connection;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
  readonly onSignedOut: () => void;
}) {
  const { session, client, own, connection } = props;
  const { notices, tell } = useNotices();
  useEffect(() => connection.open(client), [connection, client]);
  const services = useMemo<Services>(
    () => ({
      session,
      client,
      own,
      connection,
      guardDuty: guardDuty(client, session.detectorId),
      mayWrite: session.role === 'admin',
      tell,
    }),
    [session, client, own, connection, tell],
  );
  return (
    <ServicesContext value={services}>
      <div id="top-bar">
        <TopBar {...props} />
      </div>
      <Layout notices={notices} connection={connection} />
    </ServicesContext>
  );
}

function Layout({
  notices,
  connection,
}: {
  readonly notices: readonly FlashbarProps.MessageDefinition[];
  readonly connection: Connection;
}) {
  const route = useRoute();
  const layout = useRef<AppLayoutToolbarProps.Ref>(null);
  const [navigation, setNavigation] = useState(() => window.innerWidth >= WIDE);
  const [panelSize, setPanelSize] = useState(firstPanelSize);
  const [position, setPosition] = useState<'side' | 'bottom'>('side');
  const { reachable } = useConnection(connection);
  const shown = route.path[0] === 'findings' && route.path.length === 2 ? route.path[1] : undefined;
  useEffect(() => {
    if (shown === undefined) return;
    if (window.innerWidth < WIDER) setNavigation(false);
    layout.current?.focusSplitPanel();
  }, [shown]);

  const lost: FlashbarProps.MessageDefinition = {
    type: 'warning',
    id: 'lost',
    loading: true,
    header: 'Straykey does not answer',
    content: 'What you see may be out of date. This page tries again every 2 seconds and catches up by itself.',
    ariaRole: 'alert',
  };
  const top = route.path[0] ?? '';
  return (
    <AppLayoutToolbar
      ref={layout}
      headerSelector="#top-bar"
      toolsHide
      breadcrumbs={
        <BreadcrumbGroup
          ariaLabel="Where you are"
          items={crumbs(route)}
          onFollow={(event) => {
            event.preventDefault();
            go(event.detail.href);
          }}
        />
      }
      navigationOpen={navigation}
      onNavigationChange={({ detail }) => setNavigation(detail.open)}
      navigation={
        <SideNavigation
          activeHref={top === '' ? href([]) : href([top])}
          items={NAVIGATION}
          onFollow={() => {
            if (window.innerWidth < 690) setNavigation(false);
          }}
        />
      }
      notifications={<Flashbar items={reachable ? notices : [lost, ...notices]} stackItems={notices.length > 3} />}
      ariaLabels={{
        navigation: 'Pages',
        navigationToggle: 'Open the list of pages',
        navigationClose: 'Close the list of pages',
        notifications: 'Messages',
      }}
      splitPanelOpen={shown !== undefined}
      onSplitPanelToggle={({ detail }) => {
        if (!detail.open) go(href(['findings'], Object.fromEntries(route.query)));
      }}
      splitPanelSize={panelSize}
      onSplitPanelResize={({ detail }) => setPanelSize(detail.size)}
      splitPanelPreferences={{ position }}
      onSplitPanelPreferencesChange={({ detail }) => setPosition(detail.position)}
      splitPanel={
        shown === undefined ? undefined : (
          <Suspense fallback={null}>
            <FindingPanel id={shown} />
          </Suspense>
        )
      }
      content={
        <Suspense fallback={<Waiting />}>
          <Routes route={route} />
        </Suspense>
      }
    />
  );
}

function crumbs({ path: [top, id, verb] }: Route): { text: string; href: string }[] {
  const page = NAVIGATION.find((item) => item.type === 'link' && top !== undefined && item.href === href([top]));
  return [
    { text: 'Straykey', href: href([]) },
    ...(page?.type === 'link'
      ? [{ text: page.text, href: page.href }]
      : top === undefined
        ? [{ text: 'Overview', href: href([]) }]
        : []),
    ...(id === undefined ? [] : [{ text: isolated(id.slice(0, 12)), href: href(['findings', id]) }]),
    ...(verb === 'suppress' ? [{ text: 'Suppress', href: href(['findings', id ?? '', verb]) }] : []),
  ];
}

function TopBar({ session, own, connection, theme, onTheme, onSignedOut }: Parameters<typeof Shell>[0]) {
  const { reachable, live } = useConnection(connection);
  const signOut = () => own.signOut().then(onSignedOut, onSignedOut);
  const line = !reachable ? 'Not connected' : live ? 'Live' : 'Asking every 15 s';
  return (
    <TopNavigation
      identity={{ href: '#/', title: 'Straykey', logo: { src: 'straykey.svg', alt: 'Logo' } }}
      utilities={[
        {
          type: 'button',
          variant: 'link',
          text: line,
          iconName: reachable ? 'status-positive' : 'status-warning',
          title: 'Whether changes arrive by themselves',
          href: href(['sources']),
        },
        {
          type: 'menu-dropdown',
          iconName: 'settings',
          ariaLabel: 'Appearance',
          title: 'Appearance',
          items: THEMES.map((id) => ({
            id,
            itemType: 'checkbox' as const,
            checked: theme === id,
            text: { system: 'As the system', light: 'Light', dark: 'Dark' }[id],
          })),
          onItemClick: ({ detail }) => onTheme(THEMES.find((each) => each === detail.id) ?? 'system'),
        },
        {
          type: 'menu-dropdown',
          iconName: 'user-profile',
          text: isolated(session.user),
          description: `${session.role === 'admin' ? 'May read and write' : 'May read'} · account ${session.accountId}, ${session.region} · ${session.version}`,
          items: [{ id: 'sign-out', text: 'Sign out' }],
          onItemClick: () => void signOut(),
        },
      ]}
    />
  );
}

function useNotices(): { notices: readonly FlashbarProps.MessageDefinition[]; tell: (notice: Notice) => void } {
  const [notices, setNotices] = useState<readonly FlashbarProps.MessageDefinition[]>([]);
  const next = useRef(0);
  const tell = useCallback((notice: Notice) => {
    const id = String(next.current++);
    const away = () => setNotices((old) => old.filter((each) => each.id !== id));
    const message: FlashbarProps.MessageDefinition = {
      id,
      type: notice.type,
      header: notice.header,
      content: notice.text,
      dismissible: true,
      onDismiss: away,
      ariaRole: notice.type === 'error' ? 'alert' : 'status',
    };
    setNotices((old) => [message, ...old]);
    if (notice.type === 'success') setTimeout(away, GOOD_NEWS_MS);
  }, []);
  return { notices, tell };
}
