"""The look of a report: one style sheet, for light and dark, phone and paper.

Blue and orange are told apart by colour-blind eyes too; nothing depends on colour
alone.
"""

from __future__ import annotations

_LIGHT = """
  --page: #ffffff; --card: #f5f6f8; --line: #d9dce1; --text: #1c2127; --soft: #5a636e;
  --first: #0067ac; --second: #c24e00; --good: #1a7f37; --poor: #b42318;
  --right: 0,103,172; --wrong: 213,94,0; --grid: #e4e7eb;
"""
_DARK = """
  --page: #14171b; --card: #1e2228; --line: #363c45; --text: #e7eaee; --soft: #a3adb9;
  --first: #5eb3f0; --second: #f79256; --good: #56c271; --poor: #ff8178;
  --right: 60,150,220; --wrong: 235,120,50; --grid: #2b3038;
"""

STYLE = (
    """
:root { color-scheme: light dark;"""
    + _LIGHT
    + """}
@media screen and (prefers-color-scheme: dark) { :root {"""
    + _DARK
    + """} }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
.frame { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
main { min-width: 0; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
section { margin-top: 2.2rem; padding-top: 1.4rem; border-top: 1px solid var(--line); }
p, ul { margin: .4rem 0 .8rem; max-width: 46rem; }
ul { padding-left: 1.2rem; } li { margin: .25rem 0; overflow-wrap: anywhere; }
.soft, figcaption { color: var(--soft); font-size: .875rem; }
.kind { color: var(--soft); margin: 0; font-size: .95rem; }
.name { overflow-wrap: anywhere; }
a { color: var(--first); }
nav { font-size: .9rem; margin: 1rem 0 0; }
nav ol { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap;
  gap: .25rem 1rem; }
nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
@media screen and (min-width: 70rem) {
  .frame.long { display: grid; grid-template-columns: 11.5rem minmax(0, 1fr);
    gap: 2.5rem; }
  .frame.long nav { position: sticky; top: 1.5rem; align-self: start; margin: 0; }
  .frame.long nav ol { display: block; } .frame.long nav li { margin: .45rem 0; }
}
.verdict { border-left: .4rem solid var(--soft); background: var(--card);
  padding: .9rem 1.1rem; margin: 1rem 0; border-radius: .3rem; }
.verdict p { margin: 0; font-size: 1.2rem; line-height: 1.4; font-weight: 600;
  max-width: none; overflow-wrap: anywhere; }
.verdict .soft { font-weight: 400; font-size: .95rem; margin-top: .35rem; }
.verdict.good { border-color: var(--good); }
.verdict.poor { border-color: var(--poor); }
.tiles { display: grid; gap: .7rem; margin: 1rem 0;
  grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); }
.tile { background: var(--card); border-radius: .3rem; padding: .6rem .8rem; }
.tile b { display: block; font-size: 1.35rem; line-height: 1.25;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tile span { color: var(--soft); font-size: .85rem; line-height: 1.3; display: block; }
.wide { overflow-x: auto; max-width: 100%; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .93rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; text-align: left; border-bottom: 1px solid var(--line);
  vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; } td.number, th.number { text-align: right; }
td.name, th.name { min-width: 6rem; max-width: 28rem; }
.matrix th, .matrix td { border: 1px solid var(--line); }
.matrix td { text-align: center; min-width: 3.4rem; line-height: 1.25;
  vertical-align: middle; }
.matrix tbody th { min-width: 6.5rem; max-width: 14rem; overflow-wrap: anywhere;
  vertical-align: middle; }
.matrix thead th { max-width: 9rem; overflow-wrap: anywhere; text-align: center; }
.matrix thead th.corner { text-align: left; font-weight: 400; font-size: .8rem; }
.matrix .right { background: rgba(var(--right), var(--share)); font-weight: 600; }
.matrix .wrong { background: rgba(var(--wrong), var(--share)); }
.matrix small { display: block; font-size: .75rem; opacity: .85; font-weight: 400; }
.matrix.many td { min-width: 2rem; padding: .2rem .3rem; font-size: .8rem; }
.matrix.many thead th { max-width: none; padding: .3rem .2rem; }
.matrix.many thead th span { writing-mode: vertical-rl; transform: rotate(180deg);
  max-height: 11rem; overflow: hidden; text-align: left; }
.bar { display: block; height: .8rem; border-radius: .15rem; min-width: 1px;
  background: var(--first); print-color-adjust: exact; }
.bar.second { background: var(--second); margin-top: .15rem; }
td.bars { width: 40%; min-width: 7rem; vertical-align: middle; }
.charts { display: grid; gap: 1.2rem 1.6rem; margin: .8rem 0;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); }
figure { margin: 0; } svg { display: block; width: 100%; height: auto; }
.charts figure { max-width: 36rem; }
svg text { fill: var(--text); font-size: 13px; } svg .faint { fill: var(--soft); }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--soft); }
svg .first { stroke: var(--first); } svg .second { stroke: var(--second); }
svg .fill-first { fill: var(--first); } svg .fill-second { fill: var(--second); }
svg .fill-soft { fill: var(--soft); } svg .stroke-soft { stroke: var(--soft); }
svg .line { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
svg .mark { stroke: var(--soft); stroke-dasharray: 2 3; }
.gallery { display: grid; gap: .9rem; margin: .8rem 0;
  grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); }
.gallery figure { background: var(--card); border-radius: .3rem; padding: .5rem;
  min-width: 0; }
.gallery img, .gallery .absent { width: 100%; aspect-ratio: 1; object-fit: contain;
  display: block; border-radius: .2rem; background: var(--page); }
.gallery .absent { display: flex; align-items: center; text-align: center;
  color: var(--soft); font-size: .85rem; padding: .5rem; }
.gallery figcaption { overflow-wrap: anywhere; line-height: 1.35; padding-top: .35rem; }
.gallery figcaption b { color: var(--text); }
.small-pixels { image-rendering: pixelated; }
.rows { display: grid; gap: .35rem; align-items: center; margin: .8rem 0;
  max-width: calc(var(--columns) * 9rem);
  grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); }
.rows img { width: 100%; display: block; border-radius: .2rem; }
.rows .original { outline: .2rem solid var(--first); outline-offset: -.2rem; }
.rows span { color: var(--soft); font-size: .8rem; line-height: 1.25; align-self: end;
  overflow-wrap: anywhere; }
pre { overflow-x: auto; background: var(--card); border-radius: .3rem; padding: .8rem;
  font: .8rem/1.4 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 30rem) {
  body { font-size: 15px; } .frame { padding: 1rem .8rem 2rem; }
  h1 { font-size: 1.4rem; } .verdict p { font-size: 1.08rem; }
  th, td { padding: .3rem .45rem; }
  .matrix tbody th { position: sticky; left: 0; background: var(--page); }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .gallery { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media print {
  body { font-size: 10.5pt; } nav { display: none; }
  .frame { max-width: none; padding: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section { margin-top: 1rem; padding-top: .8rem; }
  figure, tr, .tile, .verdict { break-inside: avoid; }
  h2, h3 { break-after: avoid; } .wide, pre { overflow: visible; }
  pre { white-space: pre-wrap; }
}
"""
)
