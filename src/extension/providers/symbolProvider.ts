/** Document symbols: models with their layers, beside those of the Python extension. */
import * as vscode from 'vscode';
import { symbols, type DocumentSymbol } from '../../features';
import { ask } from '../asked';
import type { Documents } from '../documents';
import { toRange } from '../places';

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
    const asked = await ask(this.documents, document, token);
    if (!asked) return [];
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
    return symbols(asked.analysis, asked.cell).map(convert);
  }
}
