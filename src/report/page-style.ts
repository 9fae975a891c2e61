/** The whole look of the report: dark on light, one column on a phone, figures unbroken on paper. */
export const PAGE_STYLE = `
:root { color-scheme: light; --ink: #1c2127; --soft: #5b6670; --line: #dde2e7; --accent: #0b5c94; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 32px 64px; max-width: 1160px; background: #fff; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 40px 0 8px; padding-top: 12px; border-top: 2px solid var(--ink); }
h3 { font-size: 16px; margin: 24px 0 4px; }
h4 { font-size: 15px; margin: 16px 0 4px; }
h3 small, h4 small { font-weight: 400; color: var(--soft); }
p { margin: 8px 0; max-width: 75ch; }
a { color: var(--accent); }
a.t { color: inherit; text-decoration: underline dotted #aeb8c1; text-underline-offset: 3px; }
a.t:hover { text-decoration: underline solid var(--accent); }
.kicker { margin: 0; color: var(--soft); letter-spacing: .06em; text-transform: uppercase; font-size: 12px; }
.lead { font-size: 17px; }
.findings { margin: 16px 0; padding: 4px 18px 8px; border-left: 4px solid var(--accent); background: #f4f8fb; }
.findings h2 { border: 0; margin: 4px 0 0; padding: 0; font-size: 16px; }
.findings p { font-size: 16px; max-width: 90ch; }
nav { margin: 12px 0; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 14px; }
.note, figcaption { color: var(--soft); font-size: 13px; }
.note { max-width: 90ch; }
.scroll { overflow-x: auto; margin: 10px 0; background: linear-gradient(to right, #fff 30px, #fff0) local,
  linear-gradient(to left, #fff 30px, #fff0) local, radial-gradient(farthest-side at 0 50%, #0004, #0000) left,
  radial-gradient(farthest-side at 100% 50%, #0004, #0000) right; background-size: 40px 100%, 40px 100%, 12px 100%, 12px 100%;
  background-position: 0 0, 100% 0, 0 0, 100% 0; background-repeat: no-repeat; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; border-bottom: 1.5px solid var(--ink); vertical-align: bottom; }
td.n, th.n { text-align: right; }
td.n { white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
tr:target { background: #fff3c9; }
code, pre { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { padding: 12px; background: #f6f7f8; border: 1px solid var(--line); overflow-x: auto; }
figure { margin: 8px 0; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { max-width: 80ch; margin-top: 2px; }
.phone { display: none; }
.maps { display: flex; flex-wrap: wrap; gap: 8px 32px; align-items: flex-start; }
.maps figure { max-width: 460px; }
.multiples { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.multiples figure { width: 250px; }
.pair { display: grid; grid-template-columns: 356px minmax(0, 1fr); gap: 16px; align-items: center; }
.pair.even { grid-template-columns: minmax(0, 64fr) minmax(0, 44fr); align-items: end; }
.pair > figure:only-child { grid-column: 1 / -1; }
.rejected { opacity: .72; }
.phase { white-space: nowrap; }
.swatch { display: inline-block; width: 11px; height: 11px; margin-right: 6px; border: 1px solid #0003; }
.warnings { margin: 10px 0; padding: 8px 12px 8px 30px; background: #fff7e0; border-left: 4px solid #e69f00; max-width: 90ch; }
.error, .flag { color: #a12d00; font-weight: 600; }
.warning { color: #8a5a00; font-weight: 600; }
.confirmed { font-weight: 600; }
.unconfirmed { color: var(--soft); }
.trail td { overflow-wrap: break-word; min-width: 7em; }
.trail td:nth-child(-n+2), .trail code { white-space: nowrap; }
@media (max-width: 760px) {
  body { padding: 16px 16px 48px; }
  h1 { font-size: 23px; }
  .desk { display: none; }
  .phone { display: block; }
  .pair, .pair.even { grid-template-columns: minmax(0, 1fr); }
  .maps, .multiples { display: block; }
  td:not(.n) { min-width: 6.5em; }
  td:last-child:not(.n):not(.long):not(:empty) { min-width: 15em; }
  td.long:last-child:not(:empty) { min-width: 32em; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav { display: none; }
  a, a.t { color: inherit; text-decoration: none; }
  figure, tr, .component, .findings { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .scroll, pre { overflow: visible; }
  pre { white-space: pre-wrap; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
