/** Developer views: the syntax tree, the model graph, the values seen, and the timings of the last analysis, as text. */
import * as vscode from 'vscode';
import { dumpGraph, dumpSyntax, dumpTimings, dumpValues } from '../../features';
import type { Documents } from '../documents';
import type { Reports } from '../reports';

const DUMPS = {
  showSyntaxTree: dumpSyntax,
  showGraph: dumpGraph,
  showValues: dumpValues,
  showTimings: dumpTimings,
};

export async function showDump(
  documents: Documents,
  reports: Reports,
  what: keyof typeof DUMPS,
): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const analysis = document && (await documents.analysis(document));
  if (!analysis) return;
  const file = document.uri.path.split('/').pop() ?? '';
  await reports.show({
    name: `${file} ${what.slice('show'.length)}`,
    text: DUMPS[what](analysis),
    language: 'plaintext',
  });
}
