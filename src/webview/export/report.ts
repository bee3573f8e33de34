/** A report as one HTML file that needs nothing else: the drawing, the totals, the table, what was found. No scripts. */
import type { Snapshot } from '../../protocol';
import * as format from '../format';
import { fieldLength, modelName, type Row } from '../model';
import type { Translate } from '../strings';

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!);

/** `svg`: the drawing with its colours written in. */
export function htmlReport(
  t: Translate,
  language: string,
  snapshot: Snapshot,
  model: number,
  rows: readonly Row[],
  svg: string,
): string {
  const title = modelName(snapshot.graph, model);
  const totals = snapshot.totals[model];
  const sign = totals?.atLeast ? '≥ ' : '';
  const known = (value: number | null | undefined, write: (value: number) => string): string =>
    value === null || value === undefined ? format.NOT_KNOWN : sign + write(value);
  const facts = [
    [t('layers'), format.exact(rows.length)],
    [t('parameters'), known(totals?.params, format.exact)],
    [t('trainableLabel'), known(totals?.trainable, format.exact)],
    [t('multiplyAdds'), known(totals?.macs, format.exact)],
    [t('memory'), known(totals?.activationBytes, format.bytes)],
  ];
  const heads = [
    t('order'),
    t('name'),
    t('type'),
    t('shape'),
    t('parameters'),
    t('multiplyAdds'),
    t('receptiveField'),
  ];
  const field = (row: Row): string => {
    const length = fieldLength(row.figures);
    return length === null
      ? ''
      : length === Infinity
        ? t('wholeInput')
        : format.sizes(row.figures!.receptiveField!.size);
  };
  const body = rows.map((row) =>
    cells('td', [
      String(row.order + 1),
      row.name,
      row.type,
      row.shape === null ? '' : format.shape(row.shape),
      format.exact(row.params),
      format.exact(row.macs),
      field(row),
    ]),
  );
  const found = snapshot.diagnostics.map(
    (diagnostic) =>
      `<li class="${diagnostic.severity}"><b>${escaped(t(`severity_${diagnostic.severity}`))}</b> ${escaped(diagnostic.message)} <code>${escaped(diagnostic.code)}</code></li>`,
  );
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="quiet">${escaped(snapshot.fileName)} · ConvLens</p>
<dl>${facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
${found.length > 0 ? `<ul class="found">${found.join('')}</ul>` : ''}
<table><thead>${cells('th', heads)}</thead><tbody>
${body.join('\n')}
</tbody></table>
<figure>${svg}</figure>
</body>
</html>
`;
}

function cells(tag: 'td' | 'th', texts: readonly string[]): string {
  return `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('')}</tr>`;
}

const STYLE = [
  'body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color-scheme:light dark}',
  '.quiet,dt{opacity:.7}',
  'dl{display:flex;flex-wrap:wrap;gap:.4rem 2rem}dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}',
  'table{border-collapse:collapse;width:100%;margin:1rem 0}',
  'th,td{padding:.25rem .6rem;border-bottom:1px solid #8884;text-align:start;font-variant-numeric:tabular-nums}',
  'td:nth-child(n+5),th:nth-child(n+5){text-align:end}',
  'figure{margin:1rem 0;overflow-x:auto}svg{max-width:100%;height:auto}',
  '.error b{color:#d33}.warning b{color:#b80}',
].join('');
