/**
 * Straykey's own API under `/api/v1`, for what GuardDuty's has no word for. The console speaks GuardDuty's operations for findings,
 * filters and lists where they exist, and this for the rest. JSON in and out; times are ISO 8601 UTC with milliseconds; lists are
 * `{ items, next? }`, and `next` is passed back as `?after=`. Errors are `{ message, code }` with 4xx/5xx.
 *
 * Signed in either by SigV4 (as for GuardDuty's operations) or by the console's session cookie. Roles: `reader` may GET, `admin` may everything.
 */

/**
 * `POST /api/v1/session {token}` or `{accessKeyId, secretAccessKey}` sets the cookie and answers this; `GET` answers this, or 401 `SignInNeeded`;
 * `DELETE` signs out. Writes with the cookie need the header `x-straykey-csrf: <csrf>`. 429 `TooManyAttempts` says in `retry-after` how many
 * seconds to wait.
 */
export interface Session {
  readonly user: string;
  readonly role: 'reader' | 'admin';
  readonly csrf: string;
  readonly detectorId: string;
  readonly accountId: string;
  readonly region: string;
  readonly version: string;
}

/** `GET /api/v1/overview` */
export interface Overview {
  readonly at: string;
  readonly findings: {
    readonly active: number;
    readonly archived: number;
    /** Findings that suppression rules have archived so far. */
    readonly suppressed: number;
    readonly bySeverity: readonly { readonly severity: number; readonly count: number }[];
    /** Active ones by age of their last alarming call. */
    readonly byAge: readonly { readonly label: 'today' | '7 days' | '30 days' | 'older'; readonly count: number }[];
    readonly newest: readonly FindingLine[];
  };
  /** UTC days, oldest first, 30 of them: calls with credentials made for functions. */
  readonly activity: readonly {
    readonly day: string;
    readonly alarming: number;
    readonly silenced: number;
    readonly insideSessions: number;
  }[];
  /** ISO country codes of remote hosts in active findings (the 200 newest ones): where the address block is registered. */
  readonly countries: readonly {
    readonly code: string;
    readonly name: string;
    readonly calls: number;
    readonly findings: number;
  }[];
  readonly sources: readonly SourceStatus[];
  readonly oddities: readonly {
    readonly kind: string;
    readonly count: number;
    readonly lastAt: string;
    readonly meaning: string;
  }[];
  readonly learning: { readonly learned: number; readonly learning: number; readonly reopened: number };
  readonly coverage: readonly Coverage[];
  /** Sentences for people: "S3 data events are not recorded in 3 accounts (…)". */
  readonly gaps: readonly string[];
  /** True until the first object was read. */
  readonly empty: boolean;
}

export interface FindingLine {
  readonly id: string;
  readonly title: string;
  readonly severity: number;
  readonly accountId: string;
  readonly region: string;
  readonly resourceName: string;
  readonly callerAddress: string;
  readonly count: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
}

export interface SourceStatus {
  readonly name: string;
  readonly type: 'sqs' | 's3' | 'folder' | 'stdin';
  readonly state: 'reading' | 'idle' | 'silent' | 'failing' | 'stopped';
  /** Seconds between the newest delivered object's event time and now; absent before the first. */
  readonly lagSeconds?: number;
  readonly lastObjectAt?: string;
  readonly objects: number;
  readonly records: number;
  readonly error?: string;
}

export interface Coverage {
  readonly accountId: string;
  readonly region: string;
  readonly managementRecords: number;
  readonly s3DataRecords: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** `GET /api/v1/findings/{id}` : what the detail page needs beyond GetFindings. */
export interface FindingDetail {
  /** The presented GuardDuty JSON, evidence inside. */
  readonly finding: unknown;
  readonly archivedBy?: { readonly kind: 'person' } | { readonly kind: 'filter'; readonly name: string };
  readonly feedback?: { readonly verdict: 'USEFUL' | 'NOT_USEFUL'; readonly comment?: string };
  readonly revision: number;
  readonly writtenAt: string;
  readonly changedAt: string;
}

/** `GET /api/v1/findings/{id}/history` newest last, the last 1,000. */
export interface HistoryEntry {
  readonly at: string;
  readonly kind: 'created' | 'updated' | 'reopened' | 'archived' | 'unarchived' | 'feedback' | 'retracted';
  readonly by: string;
  readonly reason?: string;
  readonly revision: number;
  readonly count?: number;
}

/**
 * `GET /api/v1/findings/{id}/timeline?after=…&limit=…`: calls of the credential, its siblings, derived credentials and the host, from stored evidence;
 * oldest first, the newest 2,000. Answers {@link TimelinePage}.
 */
export interface TimelineEntry {
  /** Midnight for `inside-day`, which is known by day. */
  readonly time: string;
  readonly place: 'outside' | 'inside';
  readonly api: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly address: string;
  readonly error?: string;
  readonly userAgent: string;
  readonly eventId: string;
  /** Function, task or instance; what the new credential acts as, where one was made. */
  readonly who?: string;
  /** Why it is here. */
  readonly relation: 'finding' | 'silenced' | 'sibling' | 'derived' | 'host' | 'inside-day';
  readonly reasons: readonly string[];
}

export interface TimelinePage extends Items<TimelineEntry> {
  /** Older entries that were left out. */
  readonly omitted: number;
}

/** `GET /api/v1/findings/{id}/respond?format=json|markdown|sh`; JSON is the plan as `response/` makes it. */

/** `GET /api/v1/findings/{id}/explain`: plain text, the argument for the finding as `straykey explain` prints it. */

/** `POST /api/v1/findings/{id}/suppression-preview {cidr, type?}`: a dry run of the two-criteria rule over stored findings. */
export interface SuppressionPreview {
  /** Canonical: host bits cleared. */
  readonly cidr: string;
  readonly criteria: unknown;
  readonly wouldHide: number;
  readonly active: number;
  readonly findings: readonly FindingLine[];
  /** Findings unlike the one it was made for: other functions, other accounts, other severities. Sentences. */
  readonly warnings: readonly string[];
}

/**
 * `POST /api/v1/dry-run {findingCriteria, findingId?}`: what a rule with these criteria would hide among the stored active findings. Readers may ask. At
 * most the newest 1,000 that may fit are looked at; a warning says when there are more.
 */
export type DryRunResult = Omit<SuppressionPreview, 'cidr'>;

/** `GET /api/v1/hosts?state=learned|learning|reopened|expected|malicious&q=text&after=…` */
export interface HostLine {
  readonly principal: string;
  readonly functionName: string;
  readonly accountId: string;
  /** Address, /64 or pool network. */
  readonly host: string;
  readonly state: 'learned' | 'learning' | 'reopened' | 'dormant' | 'expected' | 'malicious' | 'new';
  readonly evidenceDays: number;
  readonly required: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly silentSince?: string;
  readonly silencedCalls: number;
  readonly text: string;
}

/** `GET|POST /api/v1/statements`: vouch (`expected`), distrust (`malicious`), forget (`clear`). POST answers the new one. */
export interface StatementLine {
  readonly id: string;
  readonly made: string;
  readonly verdict: 'expected' | 'malicious' | 'clear';
  readonly host: string;
  readonly function?: string;
  readonly account?: string;
  readonly accept?: readonly string[];
  readonly ttlDays?: number;
  /** Calls from this time on are judged by it; without one from `made` on. */
  readonly since?: string;
  readonly by: string;
  readonly reason: string;
}
export type NewStatement = Omit<StatementLine, 'id' | 'made' | 'by'>;

/** `GET /api/v1/rules` : filters with what GuardDuty's do not carry; writes go through GuardDuty's CreateFilter/UpdateFilter plus this `PUT /api/v1/rules/{name}/notes {reason, expires?}`, which answers the rule. */
export interface RuleLine {
  readonly name: string;
  readonly action: 'ARCHIVE' | 'NOOP';
  readonly rank: number;
  readonly description: string;
  readonly criteria: unknown;
  readonly reason?: string;
  readonly expires?: string;
  readonly expired: boolean;
  readonly matched: number;
  readonly suppressed: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly by: string;
}

/**
 * `GET /api/v1/outlets`; `POST /api/v1/outlets/{name}/test` answers {@link OutletTest}; `POST /api/v1/outlets/{name}/resend {ids?}` answers {@link Resent}.
 * Outlets themselves are made in straykey.yaml.
 */
export interface OutletLine {
  readonly name: string;
  readonly type: string;
  readonly waiting: number;
  readonly sent: number;
  readonly dead: number;
  readonly lastSentAt?: string;
  readonly lastError?: string;
  readonly deadLines: readonly {
    readonly id: number;
    readonly findingId: string;
    readonly error: string;
    readonly at: string;
  }[];
}

export interface OutletTest {
  readonly ok: boolean;
  /** What the receiver said, or why it was not reached. Never holds a secret. */
  readonly detail: string;
}

export interface Resent {
  /** Dead lines that wait again. */
  readonly lines: number;
}

/** `GET /api/v1/keys`, `POST /api/v1/keys {description, role}` (answers the secret once), `DELETE /api/v1/keys/{accessKeyId}`. */
export interface KeyLine {
  readonly accessKeyId: string;
  readonly description: string;
  readonly role: 'reader' | 'admin';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lastUsedAt?: string;
}
export interface NewKey extends KeyLine {
  readonly secretAccessKey: string;
}

/** `GET /api/v1/audit?after=…` newest first. */
export interface AuditLine {
  readonly id: number;
  readonly at: string;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly reason?: string;
  readonly detail?: unknown;
}

/**
 * `GET /api/v1/views` lists {@link ViewLine}; `GET|PUT|DELETE /api/v1/views/{name}`: saved filters of the findings page; the body is the console's own, any
 * JSON up to 16 KB. `GET` answers the body alone, `PUT` the line.
 */
export interface ViewLine {
  readonly name: string;
  readonly body: unknown;
  readonly updatedAt: string;
}

/** `GET /api/v1/events`: server-sent events; `event: changed`, data `{"findings":true,"hosts":false,…}`, at most one a second; `event: beat` every 15 s. */

/** `POST /api/v1/demo` (admin, only while nothing was read): writes the demo organisation's trail into the engine. Answers 202; 409 `NotEmpty` when something was read. */

/** Body of every answer with status 400 and above. */
export interface ErrorBody {
  readonly message: string;
  readonly code: string;
}

/** Lists that may be long take `?limit=`, 1 to 500. */
export interface Items<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}
