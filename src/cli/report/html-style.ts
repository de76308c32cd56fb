/** The look of a report: one column that fits a phone, light and dark, and plain on paper. */
export const HTML_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #fff; --ink: #15181e; --quiet: #5a6372; --line: #e0e4ea; --sunk: #f4f5f8;
  --bad: #b4231a; --bad-back: #fdecea; --attention: #8a5a00; --attention-back: #fdf3dc;
  --good: #14713f; --good-back: #e5f5ec; --open: #4b5563; --open-back: #eceff3;
  --focus: #1d4ed8; --here: #ffe08a; --here-ink: #3a2a00; --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101217; --card: #191c23; --ink: #e9ebef; --quiet: #a0a9b8; --line: #2b303a; --sunk: #12151b;
    --bad: #ff8f85; --bad-back: #3a1a18; --attention: #f0bd5b; --attention-back: #35290f;
    --good: #74d39c; --good-back: #12301f; --open: #b6bfcc; --open-back: #262b34;
    --focus: #9ec1ff; --here: #7a5c00; --here-ink: #fff3cf;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1, h2, h3, p, dl, dd, ol, pre { margin: 0; }
.kind { color: var(--quiet); font-size: .8125rem; letter-spacing: .04em; text-transform: uppercase; }
h1 { font-size: 1.625rem; line-height: 1.2; letter-spacing: -.015em; margin: .15rem 0 .75rem; }
h2 { font-size: 1.1875rem; line-height: 1.3; letter-spacing: -.01em; }
.subject { margin: 0; font-size: 1rem; line-height: 1.35; }
.group { margin-top: 1.5rem; color: var(--quiet); font-size: .8125rem; letter-spacing: .04em; text-transform: uppercase; }
.group + ol { margin-top: .5rem; }
.id { color: var(--quiet); font: .8125rem var(--mono); font-weight: 400; }
.pill {
  display: inline-block; padding: .125rem .625rem; border-radius: 1rem; font-size: .875rem; font-weight: 600;
}
.bad .pill, .pill.bad { color: var(--bad); background: var(--bad-back); }
.attention .pill, .pill.attention { color: var(--attention); background: var(--attention-back); }
.good .pill, .pill.good { color: var(--good); background: var(--good-back); }
.open .pill, .pill.open { color: var(--open); background: var(--open-back); }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-top: .75rem; font-size: .875rem; }
.facts div { display: flex; gap: .4rem; }
.facts dt { color: var(--quiet); flex: none; }
.facts dd { font-weight: 600; font-variant-numeric: tabular-nums; }
section { margin-top: 2.25rem; }
.heading { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .375rem .75rem; }
ol { list-style: none; padding: 0; margin-top: 1rem; display: grid; gap: .75rem; }
.item {
  background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .875rem 1rem 1rem 1.25rem;
  box-shadow: inset .25rem 0 var(--edge);
}
.item.bad { --edge: var(--bad); } .item.attention { --edge: var(--attention); }
.item.good { --edge: var(--good); } .item.open { --edge: var(--open); }
.label { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .625rem; margin-bottom: .25rem; }
.mark { color: var(--edge); font-size: .75rem; font-weight: 700; letter-spacing: .05em; text-transform: uppercase; }
.code { font: .8125rem var(--mono); color: var(--quiet); }
.message { margin-top: .375rem; }
.notes { list-style: disc; margin: .5rem 0 0; padding-left: 1.1rem; color: var(--quiet); font-size: .875rem; }
.compare { margin-top: .75rem; background: var(--sunk); border: 1px solid var(--line); border-radius: .5rem; padding: .625rem .75rem; }
.compare div + div { margin-top: .375rem; }
.compare dt { color: var(--quiet); font-size: .75rem; }
.compare dd { font: .9375rem/1.7 var(--mono); white-space: pre-wrap; unicode-bidi: isolate; }
.compare p { margin-top: .5rem; color: var(--quiet); font-size: .8125rem; }
.hidden {
  padding: .05em .3em; margin: 0 .1em; border: 1px dashed currentColor; border-radius: .25em; white-space: nowrap;
  font: 600 .75em/1 var(--mono); color: var(--attention); vertical-align: .06em;
}
mark { background: var(--here); color: var(--here-ink); border-radius: .2em; box-shadow: 0 0 0 .12em var(--here); }
mark .hidden { color: inherit; }
.action { margin-top: .75rem; padding-top: .625rem; border-top: 1px solid var(--line); }
.action b { display: block; color: var(--quiet); font-size: .75rem; font-weight: 600; }
summary { cursor: pointer; width: fit-content; border-radius: .25rem; }
summary:focus-visible { outline: .1875rem solid var(--focus); outline-offset: .125rem; }
.done { margin-top: .75rem; }
.done > summary { padding: .25rem .5rem .25rem 0; color: var(--good); font-weight: 600; font-size: .875rem; }
.done > ol { margin-top: .5rem; }
.sending { margin-top: .75rem; }
.sending > summary { color: var(--quiet); font-size: .875rem; font-weight: 600; padding: .25rem .5rem .25rem 0; }
table { width: 100%; border-collapse: collapse; margin-top: .375rem; }
th, td { padding: .5rem 0; border-top: 1px solid var(--line); vertical-align: top; text-align: left; }
th { width: 30%; padding-right: .75rem; font-weight: 600; }
th .id { display: block; }
td .message { margin-top: 0; }
.letter {
  margin-top: .25rem; padding: .75rem; white-space: pre-wrap; font: inherit; font-size: .875rem;
  background: var(--sunk); border: 1px solid var(--line); border-radius: .5rem;
}
.place { margin-top: .5rem; color: var(--quiet); font: .75rem var(--mono); }
.note { margin-top: .75rem; }
@media (min-width: 34rem) {
  .compare div { display: grid; grid-template-columns: 5.5rem 1fr; align-items: baseline; }
}
@media print {
  :root { --page: #fff; --card: #fff; --sunk: #fff; --ink: #000; --quiet: #444; --line: #bbb; }
  main { max-width: none; padding: 0; }
  .item { break-inside: avoid; border-radius: 0; }
  .item:has(table) { break-inside: auto; }
  tr { break-inside: avoid; }
  /* Paper has nothing to unfold. */
  details::details-content { content-visibility: visible; block-size: auto; }
  details > summary { list-style: none; }
  .pill, mark { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
