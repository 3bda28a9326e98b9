import CollectionPreferences, {
  type CollectionPreferencesProps,
} from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { Finding } from '../../api/types.ts';
import { counted, number } from '../../kit/numbers.ts';
import { go, href, parseRoute, useRoute } from '../../kit/route.ts';
import { useServices } from '../../kit/services.ts';
import { isolated } from '../../kit/visible.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { BulkActions } from './bulk-actions.tsx';
import { COLUMN_CHOICES, COLUMNS, FIRST_COLUMNS } from './columns.tsx';
import { FindingFilter } from './filter.tsx';
import { seenIn } from './seen.ts';
import { type Found, useFindings } from './use-findings.ts';
import { queryOf, STATUSES, type View, viewOf } from './view.ts';
import { Views } from './views.tsx';

/** What the parts around the rows show. They take it from here and not as properties, so that the rows need not be drawn again with them. */
interface State {
  readonly view: View;
  readonly show: (view: View) => void;
  readonly found: Found;
  readonly chosen: readonly Finding[];
  readonly choose: (ids: readonly string[]) => void;
}

const StateContext = createContext<State | undefined>(undefined);

function useFindingsState(): State {
  const state = useContext(StateContext);
  if (state === undefined) throw new Error('only inside the page of findings');
  return state;
}

/** All findings: filter, sort, pages, bulk actions. The one that is open stands in the panel beside. */
export function FindingsPage() {
  const { query } = useRoute();
  const view = viewOf(query);
  const [preferences, setPreferences] = useState(FIRST_PREFERENCES);
  const found = useFindings(view, preferences.pageSize ?? 25);
  const [selected, choose] = useState<readonly string[]>([]);
  const { findings } = found;
  const chosen = useMemo(() => findings.filter(({ id }) => selected.includes(id)), [findings, selected]);
  useEffect(() => {
    document.title = 'Findings · Straykey';
  }, []);
  const show = (next: View) => {
    // Nothing chosen stays the same nothing: the rows need not know.
    choose((old) => (old.length === 0 ? old : []));
    go(href(parseRoute(window.location.hash).path, queryOf(next)), { replace: true });
  };
  return (
    <StateContext value={{ view, show, found, chosen, choose }}>
      <SpaceBetween size="m">
        {found.error === undefined ? null : <Problem error={found.error} what="The findings" retry={found.reload} />}
        <div aria-busy={found.stale} className={found.stale ? 'stale' : undefined}>
          <Rows
            findings={findings}
            loading={found.loading}
            chosen={chosen}
            sort={view.sort}
            descending={view.descending}
            preferences={preferences}
            onPreferences={setPreferences}
          />
        </div>
      </SpaceBetween>
    </StateContext>
  );
}

/** The table is only drawn again when what its rows show has changed: drawing 25 rows takes longer than asking the server for them. */
function Rows(props: {
  readonly findings: readonly Finding[];
  readonly loading: boolean;
  readonly chosen: readonly Finding[];
  readonly sort: string;
  readonly descending: boolean;
  readonly preferences: CollectionPreferencesProps.Preferences;
  readonly onPreferences: (preferences: CollectionPreferencesProps.Preferences) => void;
}) {
  const { mayWrite } = useServices();
  const { findings, loading, chosen, sort, descending, preferences, onPreferences } = props;
  const { choose } = useFindingsState();
  return useMemo(
    () => (
      <Table
        variant="full-page"
        stickyHeader
        header={<Heading />}
        filter={<Filters />}
        pagination={<Pages />}
        preferences={<Preferences preferences={preferences} onChange={onPreferences} />}
        empty={<Nothing />}
        items={findings}
        trackBy="id"
        loading={loading}
        loadingText="Loading findings"
        columnDefinitions={COLUMNS}
        columnDisplay={preferences.contentDisplay}
        wrapLines={preferences.wrapLines}
        stripedRows={preferences.stripedRows}
        contentDensity={preferences.contentDensity}
        resizableColumns
        enableKeyboardNavigation
        sortingColumn={{ sortingField: sort }}
        sortingDescending={descending}
        onSortingChange={({ detail }) =>
          sortBy(detail.sortingColumn.sortingField ?? sort, detail.isDescending ?? false)
        }
        selectionType={mayWrite ? 'multi' : undefined}
        selectedItems={chosen}
        onSelectionChange={({ detail }) => choose(detail.selectedItems.map(({ id }) => id))}
        ariaLabels={LABELS}
      />
    ),
    [findings, loading, chosen, choose, sort, descending, preferences, onPreferences, mayWrite],
  );
}

function sortBy(sort: string, descending: boolean): void {
  const { path, query } = parseRoute(window.location.hash);
  go(href(path, queryOf({ ...viewOf(query), sort, descending })), { replace: true });
}

function Heading() {
  const { mayWrite } = useServices();
  const { found, view, show, chosen, choose } = useFindingsState();
  return (
    <Header
      variant="h1"
      counter={found.loading ? undefined : `(${found.total === undefined ? found.about : number(found.total)})`}
      description="Credentials made for functions, tasks and instances, used outside AWS"
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Views view={view} onChoose={show} />
          {mayWrite ? <BulkActions findings={chosen} onDone={() => choose([])} /> : null}
        </SpaceBetween>
      }
    >
      Findings
    </Header>
  );
}

function Filters() {
  const { found, view, show } = useFindingsState();
  const seen = useMemo(() => seenIn(found.findings), [found.findings]);
  return (
    <SpaceBetween size="xs">
      <SegmentedControl
        label="Which findings"
        selectedId={view.status}
        options={STATUSES.map(({ id, text }) => ({ id, text }))}
        onChange={({ detail }) => show({ ...view, status: STATUSES.find(({ id }) => id === detail.selectedId)!.id })}
      />
      <FindingFilter
        label="Filter findings"
        tokens={view.tokens}
        seen={seen}
        countText={found.total === undefined ? `${found.about} matches` : counted(found.total, 'match', 'matches')}
        onChange={(tokens) => show({ ...view, tokens })}
      />
    </SpaceBetween>
  );
}

function Pages() {
  const { found, choose } = useFindingsState();
  return (
    <Pagination
      currentPageIndex={found.page}
      pagesCount={found.pages}
      openEnd={found.openEnd}
      onChange={({ detail }) => {
        choose([]);
        found.turnTo(detail.currentPageIndex);
      }}
    />
  );
}

function Preferences(props: {
  readonly preferences: CollectionPreferencesProps.Preferences;
  readonly onChange: (preferences: CollectionPreferencesProps.Preferences) => void;
}) {
  return (
    <CollectionPreferences
      title="How to show findings"
      confirmLabel="Show so"
      cancelLabel="Cancel"
      preferences={props.preferences}
      onConfirm={({ detail }) => props.onChange(detail)}
      pageSizePreference={{
        title: 'Findings on a page',
        options: [10, 25, 50].map((value) => ({ value, label: String(value) })),
      }}
      wrapLinesPreference={{ label: 'Wrap lines', description: 'Show the whole text of every cell' }}
      stripedRowsPreference={{ label: 'Striped rows', description: 'Every second row is shaded' }}
      contentDensityPreference={{ label: 'Compact', description: 'More rows on a screen' }}
      contentDisplayPreference={{ title: 'Columns', options: COLUMN_CHOICES }}
    />
  );
}

function Nothing() {
  const { view } = useFindingsState();
  if (view.tokens.length > 0) {
    return <Empty title="Nothing fits this filter">Take a value away, or look among archived findings too.</Empty>;
  }
  if (view.status === 'archived') {
    return <Empty title="Nothing is archived">Archived and suppressed findings are kept here.</Empty>;
  }
  return (
    <Empty title="No open findings" action={<a href={href(['start'])}>Try it with a drill</a>}>
      No credential of a function was used outside AWS, as far as the trail shows.
    </Empty>
  );
}

const FIRST_PREFERENCES: CollectionPreferencesProps.Preferences = {
  pageSize: 25,
  wrapLines: true,
  stripedRows: false,
  contentDensity: 'comfortable',
  contentDisplay: FIRST_COLUMNS,
};

const LABELS = {
  tableLabel: 'Findings',
  selectionGroupLabel: 'Choose findings',
  allItemsSelectionLabel: () => 'Choose all on this page',
  itemSelectionLabel: (_: unknown, { title, id }: Finding) => `Choose ${isolated(title)} ${id.slice(0, 6)}`,
};
