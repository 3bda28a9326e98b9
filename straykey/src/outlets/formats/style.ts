import { Markup } from './markup.ts';

/** Two palettes by custom properties; print is the light one without backgrounds, and keeps findings from breaking across pages badly. */
export const STYLE = new Markup(`
:root{--ink:#1c2128;--soft:#5d6673;--paper:#fff;--card:#f6f7f9;--line:#dde1e6;--red:#c62828;--grey:#9aa3ae;--blue:#2f6fde;--amber:#a86400}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa4b2;--paper:#14171b;--card:#1c2026;--line:#333a44;--red:#ff6b62;--grey:#6c7683;--blue:#6ea0ff;--amber:#e0a040}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0}h2,h3,p,li{overflow-wrap:anywhere}h2{font-size:1.15rem;margin:0 0 .5rem}h3{font-size:1rem;margin:1.75rem 0 .5rem}h4{font-size:.85rem;margin:.5rem 0 .25rem;color:var(--soft)}
header p,small,dt,figcaption{color:var(--soft)}small{font-size:.85em}
code,pre{font:.86em/1.45 ui-monospace,monospace;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.6rem .75rem;white-space:pre-wrap}
section{border-top:1px solid var(--line);margin-top:2.5rem;padding-top:1.75rem}
.lead{font-size:1.05rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}table.narrow{width:auto}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{font-weight:600;font-size:.8rem;color:var(--soft);white-space:nowrap}.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
@media (min-width:50rem){.w{white-space:nowrap}}
a{color:var(--blue)}
.severity{font-weight:600;color:var(--soft)}.severity.high,.severity.critical{color:var(--red)}.severity.medium{color:var(--amber)}
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0}dl>div{min-width:0}dl.wide{display:block}dl.wide>div{margin:.5rem 0}dt{font-size:.8rem}dd{margin:0;overflow-wrap:anywhere}
.evidence li,.plan li{margin:.6rem 0;overflow-wrap:anywhere}.sides{display:flex;flex-wrap:wrap;gap:0 2rem}.sides>div{flex:1 1 20rem}.sides ul{margin:0;padding-left:1.1rem}
figure{margin:1.25rem 0}svg{width:100%;height:auto;display:block}.ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--soft)}.is{white-space:nowrap;margin-right:.75rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:1rem 0}.command{display:block;padding-left:1.5em;text-indent:-1.5em}.command+.command{margin-top:.4rem}
.axis{stroke:var(--line)}rect.alarming,.key.alarming{fill:var(--red);background:var(--red)}rect.silenced,.key.silenced{fill:var(--grey);background:var(--grey)}rect.inside,.key.inside{fill:var(--blue);background:var(--blue)}
.key{display:inline-block;width:.7em;height:.7em;border-radius:2px}
@media (max-width:40rem){.summary,.summary tbody{display:block}.summary thead{display:none}.summary tr{display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}.summary td{border:0;padding:0;text-align:left}.summary td:nth-child(3){flex-basis:100%}.summary td[data-is]::before{content:attr(data-is) " ";color:var(--soft)}.evidence,.plan{padding-left:1.4rem}}
.ids code{display:inline-block;margin-right:.5rem}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--card:#fff;--line:#bbb;--red:#b00000;--grey:#888;--blue:#1a4fb0;--amber:#805000}body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}details::details-content{content-visibility:visible;display:block}section+section{break-before:page}h3{break-after:avoid}li,tr,figure,pre{break-inside:avoid}.key,rect{print-color-adjust:exact}}
`);
