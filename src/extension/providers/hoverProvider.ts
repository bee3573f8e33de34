/** Hovers: the features' Markdown for the place under the pointer, with links to the places that it names. */
import * as vscode from 'vscode';
import { hover, type Theme } from '../../features';
import { ask } from '../asked';
import { REVEAL, revealTarget } from '../commands/reveal';
import type { Documents } from '../documents';
import { toPlace, toRange } from '../places';

const THEMES: Readonly<Record<vscode.ColorThemeKind, Theme>> = {
  [vscode.ColorThemeKind.Light]: 'light',
  [vscode.ColorThemeKind.Dark]: 'dark',
  [vscode.ColorThemeKind.HighContrast]: 'contrastDark',
  [vscode.ColorThemeKind.HighContrastLight]: 'contrastLight',
};

export class HoverProvider implements vscode.HoverProvider {
  constructor(private readonly documents: Documents) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const asked = await ask(this.documents, document, token);
    if (!asked) return undefined;
    const { analysis, program } = asked;
    const found = hover(analysis, toPlace(program, document, position), {
      link: (range) => revealTarget(analysis, program, range),
      theme: THEMES[vscode.window.activeColorTheme.kind],
    });
    if (!found) return undefined;
    const markdown = new vscode.MarkdownString(found.markdown);
    // The window's picture is an SVG in a data URI; nothing else of HTML is let through, and no other command.
    markdown.supportHtml = false;
    markdown.isTrusted = { enabledCommands: [REVEAL] };
    return new vscode.Hover(markdown, toRange(document, found.from, found.to));
  }
}
