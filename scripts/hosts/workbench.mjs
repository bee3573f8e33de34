// Drives VS Code's workbench in a page the way a person does: opens files, runs commands, hovers, looks into the panel.
import { waitFor } from '../lib/run.mjs';

export class Workbench {
  constructor(page) {
    this.page = page;
  }

  /** Waits until the workbench has drawn its parts. */
  async ready(timeoutMs = 60_000) {
    await this.page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: timeoutMs });
    await this.page.waitForSelector('.monaco-workbench .part.editor', { timeout: timeoutMs });
  }

  /** Runs a command by its title in the palette. */
  async command(title) {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(`>${title}`);
    await this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: title })
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  /** Opens a file of the workspace by name. */
  async openFile(name) {
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(name);
    // Enter takes the first row: the list may still be that of an empty input, with the files opened last.
    await waitFor(
      `${name} as the first row`,
      async () =>
        (await this.page.locator('.quick-input-list .monaco-list-row').first().innerText()).includes(name),
      30_000,
    );
    await this.page.keyboard.press('Enter');
    await this.page.locator('.tab.active').filter({ hasText: name }).waitFor();
    await this.page.waitForSelector('.editor-instance .view-line');
  }

  /** Opens a file of the workspace's top folder by a double click in the explorer: web hosts may have no search for files. */
  async openFromExplorer(name) {
    const row = this.page
      .locator('.explorer-folders-view .monaco-list-row')
      .filter({ hasText: name })
      .first();
    if (!(await row.isVisible().catch(() => false)))
      await this.command('Explorer: Focus on Folders View').catch(() => undefined);
    await row.waitFor({ state: 'visible', timeout: 30_000 });
    await row.dblclick();
    await this.page.locator('.tab.active').filter({ hasText: name }).waitFor();
    await this.page.waitForSelector('.editor-instance .view-line');
  }

  /** Hovers the first visible occurrence of `text` in the editor and returns the hover's text. */
  async hover(text, timeoutMs = 30_000) {
    const box = await waitFor(`"${text}" in the editor`, () => this.boxOf(text), timeoutMs);
    return waitFor(
      `a hover on "${text}"`,
      async () => {
        // Only a moving pointer asks for a hover, and the first ask may come before the analysis is there.
        await this.page.mouse.move(box.x + 300, box.y + 200);
        await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
        const hover = this.page.locator('.monaco-hover:not(.hidden) .hover-contents').first();
        await hover.waitFor({ state: 'visible', timeout: 2_500 });
        const all = await this.page.locator('.monaco-hover:not(.hidden) .hover-contents').allInnerTexts();
        return all.join('\n').trim();
      },
      timeoutMs,
    );
  }

  /** Inlay hints drawn in the visible lines; VS Code gives text put in by decorations a generated class. */
  inlayHints() {
    return this.page.locator('.editor-instance .view-line [class*="dyn-rule"]').allInnerTexts();
  }

  /** Where `text` first stands on the screen, in the lines' own text without what decorations put between. */
  boxOf(text) {
    return this.page.evaluate((wanted) => {
      const lines = [...document.querySelectorAll('.editor-instance .view-line')];
      lines.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
      for (const line of lines) {
        const characters = [];
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          if (node.parentElement.closest('[class*="dyn-rule"]')) continue;
          for (let offset = 0; offset < node.data.length; offset++) characters.push({ node, offset });
        }
        const own = characters
          .map(({ node, offset }) => node.data[offset])
          .join('')
          .replaceAll('\u00a0', ' ');
        const at = own.indexOf(wanted);
        if (at < 0) continue;
        const last = characters[at + wanted.length - 1];
        const range = document.createRange();
        range.setStart(characters[at].node, characters[at].offset);
        range.setEnd(last.node, last.offset + 1);
        const { x, y, width, height } = range.getBoundingClientRect();
        if (width > 0) return { x, y, width, height };
      }
      return null;
    }, text);
  }

  /** The text of the line the cursor is in, as the editor highlights it. */
  async selectedLine() {
    const cursor = await this.page.locator('.editor-instance .cursors-layer .cursor').first().boundingBox();
    const lines = this.page.locator('.editor-instance .view-line');
    for (let i = 0; i < (await lines.count()); i++) {
      const box = await lines.nth(i).boundingBox();
      if (box && cursor && Math.abs(box.y - cursor.y) < 3)
        return (await lines.nth(i).innerText()).replaceAll('\u00a0', ' ');
    }
    return '';
  }

  /** The frame of the ConvLens page inside VS Code's two webview frames. */
  async panel(timeoutMs = 60_000) {
    return waitFor(
      'the ConvLens panel',
      async () => {
        for (const frame of this.page.frames()) {
          if (await frame.evaluate(() => document.getElementById('app')?.dataset.worker !== undefined))
            return frame;
        }
        return null;
      },
      timeoutMs,
    );
  }
}
