/** Hovers: the features' Markdown for the place under the pointer. */
import * as vscode from 'vscode';
import { hover } from '../../features';
import { programOf, type Documents } from '../documents';
import { toPlace, toRange } from '../places';

export class HoverProvider implements vscode.HoverProvider {
  constructor(private readonly documents: Documents) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const program = programOf(document);
    const analysis = program && (await this.documents.analysis(document));
    if (!program || !analysis || token.isCancellationRequested) return undefined;
    const found = hover(analysis, toPlace(program, document, position));
    if (!found) return undefined;
    const markdown = new vscode.MarkdownString(found.markdown);
    // The window's picture is an SVG in a data URI; nothing else of HTML is let through.
    markdown.supportHtml = false;
    markdown.isTrusted = false;
    return new vscode.Hover(markdown, toRange(document, found.from, found.to));
  }
}
