/** Developer views: the syntax tree, the model graph, the values seen, and the timings of the last analysis, as text. */
import * as vscode from 'vscode';
import { dumpGraph, dumpTimings, dumpValues, type Analysis } from '../../features';
import type { Analyst } from '../analyst';
import type { Documents } from '../documents';
import type { Reports } from '../reports';

type Dump = (analysis: Analysis, analyst: Analyst) => string | Promise<string | undefined>;

const DUMPS = {
  showSyntaxTree: (analysis, analyst) => analyst.syntax(analysis),
  showGraph: dumpGraph,
  showValues: dumpValues,
  showTimings: (analysis, { thread }) =>
    `${dumpTimings(analysis)}analysis in ${thread?.kind === 'worker' ? 'a worker thread' : 'the extension host'}\n`,
} satisfies Record<string, Dump>;

export async function showDump(
  analyst: Analyst,
  documents: Documents,
  reports: Reports,
  what: keyof typeof DUMPS,
): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const analysis = document && (await documents.analysis(document));
  if (!analysis) return;
  const text = await DUMPS[what](analysis, analyst);
  if (text === undefined) return;
  const file = document.uri.path.split('/').pop() ?? '';
  await reports.show({
    name: `${file} ${what.slice('show'.length)}`,
    text,
    language: 'plaintext',
  });
}
