/** Call hierarchy of models: the models and custom layers in one, and those that hold it. */
import * as vscode from 'vscode';
import { heldBy, hierarchyAt, holdersOf, type HierarchyCall, type HierarchyItem } from '../../features';
import { ask, type Asked } from '../asked';
import type { Documents } from '../documents';
import { findLocation, toPlace } from '../places';

export class HierarchyProvider implements vscode.CallHierarchyProvider {
  /** What an item was made of; an item of an older version is found again by its name. */
  private readonly sources = new WeakMap<
    vscode.CallHierarchyItem,
    { readonly item: HierarchyItem; readonly document: vscode.TextDocument }
  >();

  constructor(private readonly documents: Documents) {}

  async prepareCallHierarchy(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyItem[]> {
    const asked = await ask(this.documents, document, token);
    if (!asked) return [];
    const offset = asked.analysis.program.offset(toPlace(asked.program, document, position));
    return this.items(asked, document, hierarchyAt(asked.analysis, offset));
  }

  async provideCallHierarchyOutgoingCalls(
    item: vscode.CallHierarchyItem,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyOutgoingCall[]> {
    const found = await this.related(item, token, heldBy);
    return found.map(({ item: to, ranges }) => new vscode.CallHierarchyOutgoingCall(to, ranges));
  }

  async provideCallHierarchyIncomingCalls(
    item: vscode.CallHierarchyItem,
    token: vscode.CancellationToken,
  ): Promise<vscode.CallHierarchyIncomingCall[]> {
    const found = await this.related(item, token, holdersOf);
    return found.map(({ item: from, ranges }) => new vscode.CallHierarchyIncomingCall(from, ranges));
  }

  private async related(
    item: vscode.CallHierarchyItem,
    token: vscode.CancellationToken,
    relation: typeof heldBy,
  ): Promise<{ item: vscode.CallHierarchyItem; ranges: vscode.Range[] }[]> {
    const source = this.sources.get(item);
    const asked = source && (await ask(this.documents, source.document, token));
    if (!asked) return [];
    const layer =
      asked.analysis.graph.layers[source.item.layer]?.type === source.item.type
        ? source.item.layer
        : undefined;
    if (layer === undefined) return [];
    const result: { item: vscode.CallHierarchyItem; ranges: vscode.Range[] }[] = [];
    for (const call of relation(asked.analysis, layer)) {
      const [made] = await this.items(asked, source.document, [call.item]);
      if (made) result.push({ item: made, ranges: ranges(asked, call) });
    }
    return result;
  }

  private async items(
    { analysis, program }: Asked,
    document: vscode.TextDocument,
    found: readonly HierarchyItem[],
  ): Promise<vscode.CallHierarchyItem[]> {
    const items: vscode.CallHierarchyItem[] = [];
    for (const source of found) {
      const location = await findLocation(analysis, program, source.range);
      if (!location) continue;
      const made = new vscode.CallHierarchyItem(
        source.kind === 'model' ? vscode.SymbolKind.Module : vscode.SymbolKind.Object,
        source.name,
        source.detail,
        location.uri,
        location.range,
        location.range,
      );
      this.sources.set(made, { item: source, document });
      items.push(made);
    }
    return items;
  }
}

function ranges({ analysis, program }: Asked, { calls }: HierarchyCall): vscode.Range[] {
  return calls.flatMap(({ from, to }) => {
    const place = analysis.program.place(from);
    const document = program.documents[place.cell];
    return document
      ? [new vscode.Range(document.positionAt(place.offset), document.positionAt(place.offset + to - from))]
      : [];
  });
}
