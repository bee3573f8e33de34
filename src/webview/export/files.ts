/** What is exported, as files: the drawing as SVG or PNG, the table as Markdown or CSV, the figures as JSON. */
import type { Snapshot } from '../../protocol';
import type { Export } from '../header';
import { modelName, type Row } from '../model';
import type { BoxContent } from '../network/content';
import type { Drawing } from '../network/types';
import { toCsv, toJson, toMarkdown } from '../tableData';
import { htmlReport } from './report';
import type { Translate } from '../strings';
import { networkSvg, pagePalette, svgToPng } from './svg';

/** The model that is shown. */
export interface Subject {
  readonly snapshot: Snapshot;
  readonly model: number;
  readonly rows: readonly Row[];
}

export interface File {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** null when the snapshot has no totals for the model. */
export function tableText(
  kind: 'markdown' | 'csv' | 'json',
  { snapshot, model, rows }: Subject,
): string | null {
  const totals = snapshot.totals[model];
  if (!totals) return null;
  if (kind === 'csv') return toCsv(rows);
  return kind === 'json' ? toJson(snapshot, model, rows) : toMarkdown(rows, totals);
}

export async function exported(
  t: Translate,
  kind: Export,
  subject: Subject,
  network: { readonly drawing: Drawing; readonly contents: ReadonlyMap<string, BoxContent> },
  page: HTMLElement,
): Promise<File | null> {
  const { graph } = subject.snapshot;
  const title = modelName(graph, subject.model);
  const name = `${title.replace(/[^\w.-]+/g, '_')}.${kind === 'markdown' ? 'md' : kind}`;
  if (kind === 'markdown' || kind === 'csv' || kind === 'json') {
    const content = tableText(kind, subject);
    return content === null ? null : { name, content };
  }
  const svg = networkSvg(graph, network.drawing, network.contents, pagePalette(page), title);
  if (kind === 'html')
    return {
      name,
      content: htmlReport(
        t,
        document.documentElement.lang,
        subject.snapshot,
        subject.model,
        subject.rows,
        svg,
      ),
    };
  return { name, content: kind === 'svg' ? svg : await svgToPng(svg) };
}
