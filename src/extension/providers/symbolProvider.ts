/** Document symbols: models with their layers, beside those of the Python extension. */
import * as vscode from 'vscode';
import { symbols, type DocumentSymbol } from '../../features';
import { programOf, type Documents } from '../documents';
import { cellOf, toRange } from '../places';

const KIND: Readonly<Record<DocumentSymbol['kind'], vscode.SymbolKind>> = {
  model: vscode.SymbolKind.Module,
  layer: vscode.SymbolKind.Object,
  operation: vscode.SymbolKind.Operator,
};

export class SymbolProvider implements vscode.DocumentSymbolProvider {
  constructor(private readonly documents: Documents) {}

  async provideDocumentSymbols(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentSymbol[]> {
    const program = programOf(document);
    const analysis = program && (await this.documents.analysis(document));
    if (!program || !analysis || token.isCancellationRequested) return [];
    const convert = (symbol: DocumentSymbol): vscode.DocumentSymbol => {
      const own = toRange(document, symbol.from, symbol.to);
      const children = symbol.children.map(convert);
      // VS Code wants a symbol's range to hold its children's.
      const range = children.reduce((all, child) => all.union(child.range), own);
      const result = new vscode.DocumentSymbol(
        symbol.name || '?',
        symbol.detail,
        KIND[symbol.kind],
        range,
        own,
      );
      result.children = children;
      return result;
    };
    return symbols(analysis, cellOf(program, document)).map(convert);
  }
}
