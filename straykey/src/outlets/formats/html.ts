import { type Evidence, type Finding, type Listed, typeSheets } from '../../findings/index.ts';
import { type Markup, markup } from './markup.ts';
import { STYLE } from './style.ts';
import { timeline } from './timeline.ts';
import { count, minute, second, type View, viewsOf } from './view.ts';

/**
 * One self-contained page: summary, then each finding with its timeline, evidence, calls, learning and response plan. No scripts, nothing
 * fetched, and a policy that forbids both; prints on paper, follows the reader's light or dark setting. The same findings give the same bytes.
 */
export function html(findings: readonly Finding[]): string {
  const views = viewsOf(findings);
  const title = views.length === 0 ? 'No findings' : count(views.length, 'finding');
  const page = markup`<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Straykey: ${title}</title><style>${STYLE}</style></head><body>
<header><h1>${title}</h1><p>Credentials AWS made for your functions, used from outside AWS. Times are UTC.</p></header>
<main>${views.length < 2 ? markup`` : summary(views)}
${views.map(section)}
</main></body></html>`;
  return `<!doctype html>\n${page.text}\n`;
}

function summary(views: readonly View[]): Markup {
  const rows = views.map(
    (view, i) =>
      markup`<tr><td>${severity(view)}</td><td><a href="#f${i}">${view.resource}</a></td><td><code>${view.address}</code><br><small>${view.network}${view.country === '' ? '' : `, ${view.country}`}</small></td><td class="n" data-is="calls">${view.finding.service.count}</td><td class="w" data-is="last seen">${minute(view.finding.updatedAt)}</td><td class="w">${view.state}</td><td class="w" data-is="proof">${view.proof}</td></tr>`,
  );
  return markup`<table class="summary"><thead><tr><th>Severity</th><th>Credential of</th><th>Used from</th><th class="n">Calls</th><th>Last seen</th><th>State</th><th>Proof</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function severity(view: View): Markup {
  return markup`<span class="severity ${view.severity.toLowerCase()}">${view.severity}</span>${view.finding.service.archived ? ' archived' : ''}`;
}

function section(view: View, i: number): Markup {
  const { evidence, finding } = view;
  const { service } = finding;
  const from = [view.address, view.network, view.country].filter((each) => each !== '').join(', ');
  return markup`<section id="f${i}"><h2>${severity(view)} ${finding.title}</h2><p class="lead">${finding.description}</p>
<dl>${[
    term('Used from', from),
    term('Calls', callsOf(view)),
    ...(evidence === undefined ? [] : [term('Confidence', evidence.confidence.level)]),
    term('First seen', second(service.eventFirstSeen)),
    term('Last seen', second(service.eventLastSeen)),
    term('Account', `${finding.accountId}, ${finding.region}`),
    term('Role', finding.resource.accessKeyDetails.userName),
    term('Finding', finding.id),
  ]}</dl>${evidence === undefined ? markup`` : argument(evidence, finding.id, i)}${errs(finding)}</section>`;
}

function callsOf({ evidence, finding }: View): string {
  const failed = evidence?.calls.failed ?? 0;
  return `${count(finding.service.count, 'call')}${failed === 0 ? '' : `, ${failed} failed`}`;
}

/** Readers must know what such a finding cannot see. */
function errs({ type }: Finding): Markup {
  return Object.hasOwn(typeSheets, type)
    ? markup`<p><small>About this type of finding: ${typeSheets[type].errs}</small></p>`
    : markup``;
}

function term(name: string, value: string): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** What happened first, then what to do; how it was judged comes last, for whoever wants to argue. */
function argument(evidence: Evidence, id: string, i: number): Markup {
  const part = (name: string, title: Markup, content: Markup) => markup`<h3 id="f${i}-${name}">${title}</h3>${content}`;
  return markup`<nav aria-label="Finding ${i + 1}">${PARTS.map(([name, title]) => markup`<a href="#f${i}-${name}">${title}</a> `)}</nav>${timeline(evidence)}
${part('did', markup`What it did`, calls(evidence))}
${part('do', markup`What to do`, response(evidence))}
${part('expected', markup`If it was expected`, suppression(evidence, id))}
${part('evidence', markup`Evidence`, markup`${statements(evidence)}${confidence(evidence)}`)}
${part('learned', markup`What was learned`, learning(evidence))}`;
}

const PARTS = [
  ['did', 'What it did'],
  ['do', 'What to do'],
  ['expected', 'If it was expected'],
  ['evidence', 'Evidence'],
  ['learned', 'What was learned'],
] as const;

function statements({ statements: list }: Evidence): Markup {
  const items = list.map(
    ({ because, says, source, wrongIf }) =>
      markup`<li><strong>${says}</strong> ${because}<br><small>Look at: ${source}. Wrong if ${wrongIf}.</small></li>`,
  );
  return markup`<ol class="evidence">${items}</ol>`;
}

function confidence({ confidence: { against, for: supporting } }: Evidence): Markup {
  const list = (title: string, reasons: typeof against) =>
    reasons.length === 0
      ? markup``
      : markup`<div><h4>${title}</h4><ul>${reasons.map((each) => markup`<li><code>${each.name}</code> ${each.says}</li>`)}</ul></div>`;
  return markup`<div class="sides">${list('For', supporting)}${list('Against', against)}</div>`;
}

function calls({ calls: of, derived, eventIds, keys, presigned, userAgents }: Evidence): Markup {
  const apis = of.byApi.listed.map(
    (each) =>
      markup`<tr><td><code>${each.service}</code></td><td><code>${each.api}</code></td><td class="n">${each.calls}</td><td class="n">${each.errors}</td></tr>`,
  );
  return markup`<table><thead><tr><th>Service</th><th>API</th><th class="n">Calls</th><th class="n">Failed</th></tr></thead><tbody>${apis}</tbody></table>${rest(of.byApi)}
<dl class="wide">${[
    listing('Regions', of.byRegion, (each) => `${each.region} (${each.calls})`),
    listing(
      'Keys',
      keys,
      (each) =>
        `${each.accessKeyId}, ${second(each.firstSeen)} to ${second(each.lastSeen)}, ${count(each.calls, 'call')}`,
    ),
    listing(
      'User agents',
      userAgents,
      (each) => `${each.userAgent === '' ? '(none)' : each.userAgent} (${each.calls})`,
    ),
    listing(
      'Made with it',
      derived,
      (each) =>
        `${each.by} as ${each.actsAs}${each.accessKeyId === undefined ? '' : `, key ${each.accessKeyId}`}, ${count(each.calls, 'call')} since`,
    ),
  ]}${of.silenced === 0 ? markup`` : term('Silenced', `${count(of.silenced, 'call')} from this host were expected`)}${presigned.calls === 0 ? markup`` : term('Presigned', `${count(presigned.calls, 'request')} signed by the function and sent from ${presigned.addresses} addresses, not counted`)}</dl>
<details><summary>${count(eventIds.total, 'event id')}</summary><p class="ids">${eventIds.listed.map((id) => markup`<code>${id}</code> `)}</p>${rest(eventIds)}</details>`;
}

/** What a bounded list leaves out is said. */
function rest(list: Listed<unknown>): Markup {
  const left = list.total - list.listed.length;
  return left > 0 ? markup`<p><small>${left} more are not listed.</small></p>` : markup``;
}

function listing<Item>(name: string, list: Listed<Item>, show: (item: Item) => string): Markup {
  if (list.total === 0) return markup``;
  const items = list.listed.slice(0, 20);
  const left = list.total - items.length;
  return markup`<div><dt>${name}</dt><dd>${items.map((each) => markup`<div>${show(each)}</div>`)}${left > 0 ? `and ${left} more` : ''}</dd></div>`;
}

function learning({ learning: of }: Evidence): Markup {
  const parts = of.parts.map(
    (each) =>
      markup`<tr><td><code>${each.name}</code></td><td class="n">${each.days > 0 ? '+' : ''}${each.days}</td></tr>`,
  );
  return markup`<p>${of.text}</p><p>Reasons: ${of.reasons.join(', ')}. ${count(of.evidenceDays, 'evidence day')} counted, ${of.required} needed:</p>
<table class="narrow"><tbody>${parts}</tbody></table>${of.missing.length === 0 ? markup`` : markup`<p>Missing before such a call is silent:</p><ul>${of.missing.map((each) => markup`<li>${each}</li>`)}</ul>`}`;
}

function response({ response: steps }: Evidence): Markup {
  const items = steps.map(
    ({ commands, does, phase, why }) =>
      markup`<li><strong>${phase}</strong> ${does}<br><small>${why}</small>${commands.length === 0 ? markup`` : markup`<pre>${commands.map((each) => markup`<span class="command">${each}\n</span>`)}</pre>`}</li>`,
  );
  return markup`<ol class="plan">${items}</ol>`;
}

function suppression({ suppression: { covers, rule } }: Evidence, id: string): Markup {
  return markup`<p>A suppression rule is ready. ${covers} A vouched host is narrower: <code>straykey expected ${id.slice(0, 12)}</code> shows the ways and how they differ. As a GuardDuty filter:</p><pre>${JSON.stringify(rule, null, 2)}</pre>`;
}
