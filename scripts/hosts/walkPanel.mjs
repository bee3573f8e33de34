// Uses the panel in a real VS Code as a person would, by clicks and keys alone: node and source both ways, table, lens, what-if,
// activations, export, and the panel after the window was loaded anew. The steps are the same in every host.
import { waitFor } from '../lib/run.mjs';

/**
 * Runs the steps on an opened workbench; `step(name, work)` keeps each one's outcome. `file`: a workspace file with a model whose
 * layers `first` and `second` stand on lines of their own.
 */
export async function walkPanel(workbench, step, { file, first, second }) {
  const { page } = workbench;
  const open = async () => {
    const panel = await workbench.panel();
    await waitFor('the drawn network', async () => (await boxes(panel).count()) > 3, 60_000);
    return panel;
  };
  const line = (text) =>
    waitFor(`${text} in the editor`, async () => (await workbench.selectedLine()).includes(text), 20_000);
  const isSelected = (panel, name) =>
    waitFor(
      `${name} selected in the network`,
      async () => (await boxes(panel, name).first().getAttribute('aria-selected')) === 'true',
      20_000,
    );

  await workbench.openFromExplorer(file);
  await step('panel', async () => {
    await workbench.command('ConvLens: Open Network Preview');
    await open();
  });
  await step('a clicked node selects its source', async () => {
    await boxes(await open(), second)
      .first()
      .click();
    await line(second);
  });
  await step('the cursor selects its node', async () => {
    const place = await waitFor(`${first} in sight`, () => workbench.boxOf(first), 10_000);
    await page.mouse.click(place.x + 4, place.y + place.height / 2);
    await isSelected(await open(), first);
  });
  await step('the table is sorted and leads to the source', async () => {
    const panel = await open();
    await panel.getByRole('tab', { name: 'Table' }).click();
    await panel.locator('thead button').filter({ hasText: 'Parameters' }).first().click();
    await panel.locator('tbody tr').filter({ hasText: second }).first().click();
    await line(second);
    await isSelected(panel, second);
  });
  await step('the lens steps', async () => {
    const panel = await open();
    await panel.getByRole('tab', { name: 'Lens' }).click();
    const told = () => panel.locator('.lens .readout[role=status]').innerText();
    await panel.locator('.lens button[aria-label=Step]').waitFor();
    const before = await told();
    await panel.locator('.lens button[aria-label=Step]').click();
    await waitFor('another position', async () => (await told()) !== before, 10_000);
  });
  await step('a value is tried and taken back', async () => {
    const panel = await open();
    await panel.getByRole('tab', { name: 'Layer' }).click();
    await panel.getByRole('button', { name: 'More kernel_size' }).click();
    await panel.locator('.what-if').waitFor({ timeout: 20_000 });
    await panel.getByRole('button', { name: 'Discard' }).click();
    await panel.locator('.what-if').waitFor({ state: 'hidden', timeout: 20_000 });
  });
  await step('activations are computed', async () => {
    const panel = await open();
    if ((await panel.locator('.tiles canvas').count()) === 0)
      await panel.locator('[data-control=run]').click();
    await panel.locator('.tiles canvas').first().waitFor({ timeout: 120_000 });
  });
  await step('the drawing is exported', async () => {
    const panel = await open();
    await panel.getByLabel('Export').selectOption('svg');
    // The editor asks where to; that it asks is what the panel brings about.
    const dialog = page.locator('.quick-input-widget input, .monaco-dialog-box').first();
    await dialog.waitFor({ state: 'visible', timeout: 20_000 });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden', timeout: 10_000 });
  });
  await step('the panel comes back when the window is loaded anew', async () => {
    await page.waitForTimeout(1500);
    await page.reload();
    await workbench.ready();
    await isSelected(await open(), second);
  });
}

/** The network's boxes in the panel whose label holds `name`; all of them without one. */
export function boxes(panel, name) {
  return panel.getByRole('treeitem', name ? { name } : {});
}
