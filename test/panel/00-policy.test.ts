// The built page starts under the extension's content security policy without a violation, and the policy holds.
import assert from 'node:assert/strict';
import { PanelHarness } from './harness/panelPage';

describe('panel page', () => {
  let harness: PanelHarness;
  before(async () => {
    harness = await PanelHarness.start();
  });
  after(() => harness.stop());

  for (const theme of ['light', 'dark', 'highContrast'] as const) {
    it(`starts and says it is ready (${theme})`, async () => {
      const panel = await harness.open({ theme });
      await panel.message('ready');
      await panel.send({ type: 'empty', reason: 'no-file' });
      await panel.page.waitForFunction(() => document.getElementById('app')!.childElementCount > 0);
      assert.deepEqual(panel.errors, []);
      await panel.close();
    });
  }

  it('cannot evaluate strings', async () => {
    const panel = await harness.open();
    const outcome = await panel.page.evaluate(async () => {
      // From inside the page's own world: a script without the nonce must not run either.
      const script = document.createElement('script');
      script.textContent = 'window.convlensInline = true';
      document.body.append(script);
      let evaluated = 'evaluated';
      try {
        setTimeout('window.convlensTimer = true', 0);
        await new Promise((resolve) => setTimeout(resolve, 50));
        evaluated = 'convlensTimer' in window ? 'evaluated' : 'refused';
      } catch {
        evaluated = 'refused';
      }
      return { inline: 'convlensInline' in window, evaluated };
    });
    assert.deepEqual(outcome, { inline: false, evaluated: 'refused' });
    await panel.close();
  });
});
