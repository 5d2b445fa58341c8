#include "findings/html_parts.h"

/*
 * The hues are apart for the colour-blind as well (orange against blue, and
 * different lightness within each pair), and are not the only sign: phases
 * differ in height, strategies are named beside what is theirs.
 */
static const char *const colours[] = {
    ":root{color-scheme:light dark;--paper:#fdfcf9;--ink:#202124;",
    "--soft:#5e6066;--faint:#dedbd3;--tint:#f4f2ec;--sequential:#66737f;",
    "--threaded:#b65300;--async:#0d6aad;--other:#7a5c86;--connecting:#bd7b00;",
    "--waiting:#5f9dcb;--receiving:#073a69;--saving:#7c55a5;--failed:#b3251a;",
    "--good:#1c7040}\n",
    "@media screen and (prefers-color-scheme:dark){:root{--paper:#16181b;",
    "--ink:#e8e6e0;--soft:#a6a8ae;--faint:#393c42;--tint:#1f2226;",
    "--sequential:#9aa9b8;--threaded:#f0954a;--async:#5eb0ee;--other:#bf9fcb;",
    "--connecting:#f2c14e;--waiting:#3d7099;--receiving:#a6d7fb;",
    "--saving:#b794dc;--failed:#f4604f;--good:#6fc795}}\n",
    "@media print{:root{--paper:#fff;color-scheme:light}}\n",
};

static const char *const text[] = {
    "*{box-sizing:border-box}\n",
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n",
    "body{margin:0;background:var(--paper);color:var(--ink);",
    "font:1.0625rem/1.5 Charter,\"Bitstream Charter\",\"Iowan Old Style\",",
    "\"Source Serif 4\",Palatino,Georgia,serif;overflow-wrap:anywhere}\n",
    "main{max-width:54rem;margin:0 auto;padding:3rem 1.25rem 4rem}\n",
    "h1{font-size:2.1rem;line-height:1.15;font-weight:400;margin:0 0 .5rem;",
    "text-wrap:balance}\n",
    "h2{font-size:1.35rem;line-height:1.25;font-weight:400;",
    "font-style:italic;margin:0 0 .4rem;break-after:avoid}\n",
    "section{margin-top:3.25rem}\n",
    "p{margin:0 0 .75rem;max-width:40rem}\n",
    "p,li,figcaption{text-wrap:pretty}\n",
    ".about{color:var(--soft);margin-bottom:1.5rem}\n",
    ".lead{font-size:1.4rem;line-height:1.35;margin-bottom:1rem}\n",
    ".answer{margin:0;padding-left:1.1rem;max-width:40rem}\n",
    ".answer li{margin-bottom:.25rem}\n",
    ".answer li::marker{color:var(--soft)}\n",
    ".warning{border-left:3px solid var(--failed);padding-left:.75rem;",
    "margin-bottom:1.25rem}\n",
    "code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,",
    "\"Liberation Mono\",monospace}\n",
    "pre{background:var(--tint);padding:.75rem 1rem;margin:0;",
    "white-space:pre-wrap}\n",
    "pre code{font-size:inherit}\n",
    "dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;",
    "gap:.3rem 1.25rem;margin:0 0 1rem}\n",
    "dt{color:var(--soft)}\n",
    "dd{margin:0}\n",
};

static const char *const drawings[] = {
    "figure{margin:0;break-inside:avoid}\n",
    "figcaption{color:var(--soft);max-width:40rem;margin-bottom:1rem;",
    "font-size:.95rem}\n",
    ".sequential{--hue:var(--sequential)}\n",
    ".threaded{--hue:var(--threaded)}\n",
    ".async{--hue:var(--async)}\n",
    ".other{--hue:var(--other)}\n",
    /* Ticks at the ends are centred on them, and need the margin. */
    ".plot{--left:1rem;--right:1.5rem;display:block;overflow:visible;",
    "margin-left:var(--left);",
    "width:calc(100% - var(--left) - var(--right))}\n",
    ".plot.bars{--left:0rem;--right:2rem}\n",
    ".plot.runs{--left:1.5rem;--right:4rem}\n",
    ".plot.waterfall{--left:var(--label);--right:1.5rem}\n",
    ".plot.sweep{--left:4rem;--right:8.5rem}\n",
    "svg text{font:13px/1 system-ui,-apple-system,\"Segoe UI\",Roboto,",
    "\"Helvetica Neue\",Arial,sans-serif;font-variant-numeric:tabular-nums;",
    "fill:var(--ink);stroke:var(--paper);stroke-width:4px;",
    "paint-order:stroke;stroke-linejoin:round}\n",
    "svg .name{font-weight:600}\n",
    "figcaption .name{color:var(--ink);font-weight:600}\n",
    "svg .note{fill:var(--soft)}\n",
    ".ticks text{font-size:12px;fill:var(--soft);text-anchor:middle}\n",
    "svg .end{text-anchor:end}\n",
    "svg .start{text-anchor:start}\n",
    ".rule{stroke:var(--faint);stroke-width:1}\n",
    ".bar,.pale{fill:var(--hue)}\n",
    ".pale{fill-opacity:.35}\n",
    ".whisker{stroke:var(--ink);stroke-width:1.25}\n",
    ".ideal{stroke:var(--ink);stroke-width:2}\n",
    ".median{stroke:var(--ink);stroke-width:1}\n",
    ".run{fill:var(--hue);fill-opacity:.75}\n",
    ".outlier{fill:var(--paper);stroke:var(--hue);stroke-width:2}\n",
};

static const char *const waterfalls[] = {
    ".legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;",
    "margin:0 0 .75rem;padding:0;font-size:.95rem}\n",
    ".swatch{margin-right:.15rem}\n",
    ".waterfalls{margin-top:1.5rem}\n",
    ".waterfalls figure+figure{margin-top:2rem}\n",
    ".waterfalls figcaption{margin-bottom:.6rem}\n",
    "svg .item{font-size:11px;text-anchor:end;fill:var(--soft)}\n",
    ".row:hover .item{fill:var(--ink)}\n",
    ".queued{fill:var(--soft);fill-opacity:.45}\n",
    ".backing-off{stroke:var(--soft);stroke-width:2;stroke-dasharray:3 3}\n",
    ".connecting{fill:var(--connecting)}\n",
    ".waiting{fill:var(--waiting)}\n",
    ".receiving{fill:var(--receiving)}\n",
    ".saving{fill:var(--saving)}\n",
    ".failed{fill:var(--failed)}\n",
    "svg .cross{fill:var(--failed);font-weight:700}\n",
    "svg .total{display:none}\n",
    "#one-scale:checked~.waterfalls .plot{",
    "width:calc((100% - var(--left) - 4.5rem)*var(--share))}\n",
    "#one-scale:checked~.waterfalls .ticks{display:none}\n",
    "#one-scale:checked~.waterfalls .total{display:inline}\n",
};

static const char *const sweeps[] = {
    ".curve{stroke:var(--hue);stroke-width:2}\n",
    /* Where two curves are one, the wider one shows below the narrower. */
    ".sequential .curve,.threaded .curve{stroke-width:5;stroke-opacity:.5}\n",
    ".curve.fresh{stroke-dasharray:6 4}\n",
    ".best{stroke:var(--hue);stroke-width:1;stroke-opacity:.7}\n",
    ".mark{fill:var(--hue);stroke:var(--hue);stroke-width:1.5}\n",
    ".mark.fresh{fill:var(--paper)}\n",
    ".sweep svg{overflow:visible}\n",
    ".sweep .whisker{stroke:var(--hue)}\n",
    "path.error{stroke:var(--failed);stroke-width:2;fill:none}\n",
    "svg text.error{fill:var(--failed)}\n",
    "svg .label{font-weight:600;fill:var(--hue)}\n",
};

static const char *const tables[] = {
    ".scroll{overflow-x:auto;margin-bottom:1.75rem}\n",
    ".scroll:focus-visible{outline:2px solid var(--async)}\n",
    "table{border-collapse:collapse;font-size:.9rem;line-height:1.3;",
    "font-variant-numeric:lining-nums tabular-nums;white-space:nowrap}\n",
    "caption{text-align:left;font-style:italic;padding-bottom:.35rem}\n",
    "th,td{padding:.3rem .5rem;text-align:right;vertical-align:bottom}\n",
    "thead th{font-weight:400;color:var(--soft);",
    "border-bottom:1px solid var(--ink)}\n",
    "tbody tr+tr>*{border-top:1px solid var(--faint)}\n",
    "th:first-child{position:sticky;left:0;background:var(--paper);",
    "text-align:left;padding-left:0}\n",
    "tbody th{font-weight:600}\n",
    /* A condition may be long; it is broken rather than scrolled. */
    ".checks th,.checks td{position:static;text-align:left;",
    "vertical-align:baseline;padding-left:0;white-space:normal;",
    "overflow-wrap:break-word}\n",
    ".checks td:first-child{white-space:nowrap}\n",
    ".checks code{font-weight:400}\n",
    ".unknown{color:var(--soft)}\n",
    "td.failed,td.impossible{color:var(--failed)}\n",
    "td.passed{color:var(--good)}\n",
};

static const char *const narrow[] = {
    "@media (max-width:40rem){main{padding-top:1.5rem}\n",
    "h1{font-size:1.7rem}.lead{font-size:1.2rem}.wide{display:none}\n",
    "section{margin-top:2.5rem}\n",
    ".plot.sweep{--left:3.75rem;--right:7.5rem}\n",
    "svg .label{font-size:12px}\n",
    "dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}\n",
    "@media print{main{max-width:none;padding:0 .5rem}\n",
    "label,input{display:none}\n",
    ".scroll{overflow:visible}table{font-size:.65rem}\n",
    "th,td{padding:.2rem .3rem;white-space:normal}\n",
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
};

static void write_rules(FILE *out, const char *const *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fputs(rules[i], out);
}

#define WRITE_RULES(out, rules) \
    write_rules(out, rules, sizeof(rules) / sizeof((rules)[0]))

void html_style(FILE *out)
{
    WRITE_RULES(out, colours);
    WRITE_RULES(out, text);
    WRITE_RULES(out, drawings);
    WRITE_RULES(out, waterfalls);
    WRITE_RULES(out, sweeps);
    WRITE_RULES(out, tables);
    WRITE_RULES(out, narrow);
}
