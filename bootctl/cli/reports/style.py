"""How the page for a browser looks: in light and in dark, on a desk and on a phone, and printed."""

STYLE = """\
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2128; --soft: #57606a; --line: #d5dae1;
  --bad: #b3261e; --good: #1a7f37; --accent: #0a58ca; --code: #f3f5f8;
  --ins: #d2f4da; --ins-line: #1a7f37; --del: #ffdcd8; --del-line: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1317; --card: #181d23; --text: #e3e8ee; --soft: #a2acb8; --line: #333b45;
    --bad: #ff8a80; --good: #5fd07d; --accent: #82b1ff; --code: #10151a;
    --ins: #17472a; --ins-line: #5fd07d; --del: #60231f; --del-line: #ff8a80;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 3rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3, h4, p, dl, dd, ul, pre { margin: 0; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
a { color: var(--accent); }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
header, article, .list {
  background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
}
header { padding: 1rem 1.25rem; border-left: .375rem solid var(--bad); }
header.clean { border-left-color: var(--good); }
h1 { font-size: 1.5rem; line-height: 1.3; }
.tool, footer { color: var(--soft); font-size: .875rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 1.25rem .25rem 0; }
nav span { color: var(--soft); }
section { margin-top: 1.75rem; scroll-margin-top: 1rem; }
h2 { font-size: 1.125rem; margin-bottom: .5rem; }
article { padding: .875rem 1.25rem 1.125rem; margin-bottom: .75rem; }
h3 { font-size: 1rem; font-weight: 400; }
h3 code { font-weight: 600; }
.kind { color: var(--bad); font-weight: 600; }
.detail { color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: .125rem 1.5rem; margin-top: .25rem; font-size: .875rem; }
dt, dd { display: inline; }
dt { color: var(--soft); margin-right: .375rem; }
h4 { font-size: .8125rem; color: var(--soft); font-weight: 600; margin: .75rem 0 .25rem; }
pre, .none { background: var(--code); border-radius: .375rem; padding: .625rem .75rem; font-size: .8125rem; }
pre { white-space: pre-wrap; }
.none { color: var(--soft); font-style: italic; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 0 .75rem; align-items: stretch; }
.sides > div { display: flex; flex-direction: column; min-width: 0; }
.sides pre, .sides .none { flex: 1; border-left: .25rem solid var(--ins-line); }
.sides .del pre, .sides .del .none { border-left-color: var(--del-line); }
ins { background: var(--ins); text-decoration: none; border-radius: .125rem; }
del { background: var(--del); text-decoration: none; border-radius: .125rem; }
.destructive {
  color: var(--bad); border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem; margin-left: .25rem;
}
.list { padding: .875rem 1.25rem; }
.list ul { padding-left: 1.25rem; }
main > p { margin-top: 1.75rem; }
footer { margin-top: 2rem; }
@media (max-width: 40rem) {
  body { padding: .75rem .625rem 2rem; }
  header, article, .list { padding-left: .875rem; padding-right: .875rem; }
  .sides { grid-template-columns: 1fr; }
}
@media (forced-colors: active) {
  ins, del { text-decoration: underline; }
}
@media print {
  body { max-width: none; padding: 0; }
  article { break-inside: avoid; }
}"""
