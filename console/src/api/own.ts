import type { Client } from './client.ts';
import type {
  AuditLine,
  Criteria,
  DryRunResult,
  FindingDetail,
  HistoryEntry,
  HostLine,
  Items,
  KeyLine,
  NewKey,
  NewStatement,
  OutletLine,
  OutletTest,
  Overview,
  Plan,
  RuleLine,
  Session,
  StatementLine,
  SuppressionPreview,
  TimelinePage,
  ViewLine,
} from './types.ts';

export type Credentials =
  | { readonly token: string }
  | { readonly accessKeyId: string; readonly secretAccessKey: string };

/** Rows of hosts: each holds a bar and a menu, and drawing a hundred takes longer than asking for them. */
const HOSTS_AT_ONCE = '25';

/** Straykey's own API; see `api/own/contract.ts`. */
export interface OwnApi {
  session(): Promise<Session>;
  signIn(credentials: Credentials): Promise<Session>;
  signOut(): Promise<void>;
  overview(signal: AbortSignal): Promise<Overview>;
  detail(id: string, signal: AbortSignal): Promise<FindingDetail>;
  history(id: string, signal: AbortSignal): Promise<Items<HistoryEntry>>;
  timeline(id: string, after: string | undefined, signal: AbortSignal): Promise<TimelinePage>;
  plan(id: string, signal: AbortSignal): Promise<Plan>;
  planText(id: string, format: 'markdown' | 'sh'): Promise<string>;
  previewSuppression(id: string, cidr: string, signal: AbortSignal): Promise<SuppressionPreview>;
  explain(id: string, signal: AbortSignal): Promise<string>;
  dryRun(findingCriteria: Criteria, signal: AbortSignal): Promise<DryRunResult>;
  hosts(
    state: string | undefined,
    text: string,
    after: string | undefined,
    signal: AbortSignal,
  ): Promise<Items<HostLine>>;
  statements(after: string | undefined, signal: AbortSignal): Promise<Items<StatementLine>>;
  say(statement: NewStatement): Promise<StatementLine>;
  rules(signal: AbortSignal): Promise<Items<RuleLine>>;
  noteRule(name: string, notes: { readonly reason: string; readonly expires?: string }): Promise<void>;
  outlets(signal: AbortSignal): Promise<Items<OutletLine>>;
  /** @throws Error when the receiver did not take it */
  testOutlet(name: string): Promise<OutletTest>;
  resend(name: string, ids?: readonly number[]): Promise<void>;
  keys(signal: AbortSignal): Promise<Items<KeyLine>>;
  createKey(key: { readonly description: string; readonly role: 'reader' | 'admin' }): Promise<NewKey>;
  revokeKey(accessKeyId: string): Promise<void>;
  audit(after: string | undefined, signal: AbortSignal): Promise<Items<AuditLine>>;
  views(signal: AbortSignal): Promise<Items<ViewLine>>;
  saveView(view: Pick<ViewLine, 'name' | 'body'>): Promise<void>;
  removeView(name: string): Promise<void>;
  startDemo(): Promise<void>;
}

export function ownApi(client: Client): OwnApi {
  const at = '/api/v1';
  const finding = (id: string) => `${at}/findings/${encodeURIComponent(id)}`;
  return {
    session: () => client.get(`${at}/session`),
    signIn: (credentials) => client.send('POST', `${at}/session`, credentials),
    signOut: () => client.send('DELETE', `${at}/session`),
    overview: (signal) => client.get(`${at}/overview`, signal),
    detail: (id, signal) => client.get(finding(id), signal),
    history: (id, signal) => client.get(`${finding(id)}/history`, signal),
    timeline: (id, after, signal) => client.get(`${finding(id)}/timeline${search({ after })}`, signal),
    plan: (id, signal) => client.get(`${finding(id)}/respond?format=json`, signal),
    planText: (id, format) => client.text(`${finding(id)}/respond?format=${format}`),
    previewSuppression: (id, cidr, signal) =>
      client.send('POST', `${finding(id)}/suppression-preview`, { cidr }, signal),
    explain: (id, signal) => client.text(`${finding(id)}/explain`, signal),
    dryRun: (findingCriteria, signal) => client.send('POST', `${at}/dry-run`, { findingCriteria }, signal),
    hosts: (state, text, after, signal) =>
      client.get(`${at}/hosts${search({ state, q: text || undefined, after, limit: HOSTS_AT_ONCE })}`, signal),
    statements: (after, signal) => client.get(`${at}/statements${search({ after })}`, signal),
    say: (statement) => client.send('POST', `${at}/statements`, statement),
    rules: (signal) => client.get(`${at}/rules`, signal),
    noteRule: (name, notes) => client.send('PUT', `${at}/rules/${encodeURIComponent(name)}/notes`, notes),
    outlets: (signal) => client.get(`${at}/outlets`, signal),
    testOutlet: async (name) => {
      const tested = await client.send<OutletTest>('POST', `${at}/outlets/${encodeURIComponent(name)}/test`, {});
      if (!tested.ok) throw new Error(tested.detail);
      return tested;
    },
    resend: (name, ids) =>
      client.send('POST', `${at}/outlets/${encodeURIComponent(name)}/resend`, ids === undefined ? {} : { ids }),
    keys: (signal) => client.get(`${at}/keys`, signal),
    createKey: (key) => client.send('POST', `${at}/keys`, key),
    revokeKey: (id) => client.send('DELETE', `${at}/keys/${encodeURIComponent(id)}`),
    audit: (after, signal) => client.get(`${at}/audit${search({ after })}`, signal),
    views: (signal) => client.get(`${at}/views`, signal),
    saveView: ({ name, body }) => client.send('PUT', `${at}/views/${encodeURIComponent(name)}`, body),
    removeView: (name) => client.send('DELETE', `${at}/views/${encodeURIComponent(name)}`),
    startDemo: () => client.send('POST', `${at}/demo`, {}),
  };
}

function search(pairs: Readonly<Record<string, string | undefined>>): string {
  const present = Object.entries(pairs).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return present.length === 0 ? '' : `?${new URLSearchParams(present)}`;
}
