/**
 * The view *Models*: the models of the active program with their layers, readable by keyboard and screen reader; a click goes
 * to the source. Empty, it shows the welcome texts of package.json. Loads nothing itself.
 */
import * as vscode from 'vscode';

export interface ModelItem {
  readonly label: string;
  readonly detail: string;
  readonly icon: string;
  readonly command: vscode.Command | undefined;
  readonly children: readonly ModelItem[];
}

export class ModelsView implements vscode.TreeDataProvider<ModelItem>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private items: readonly ModelItem[] = [];

  /** Shows other models. */
  set(items: readonly ModelItem[]): void {
    this.items = items;
    this.changed.fire();
  }

  getTreeItem({ label, detail, icon, command, children }: ModelItem): vscode.TreeItem {
    const item = new vscode.TreeItem(
      label,
      children.length === 0
        ? vscode.TreeItemCollapsibleState.None
        : this.items.length === 1
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.description = detail;
    item.tooltip = `${label}: ${detail}`;
    item.iconPath = new vscode.ThemeIcon(icon);
    item.command = command;
    return item;
  }

  getChildren(item?: ModelItem): ModelItem[] {
    return [...(item?.children ?? this.items)];
  }

  dispose(): void {
    this.changed.dispose();
  }
}
