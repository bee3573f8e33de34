// Edits leave nothing behind. `npm run bench` prints the same figure over 10,000 of them.
import assert from 'node:assert/strict';
import { growth } from './manyEdits';

describe('memory over many edits', function () {
  this.timeout(120000);

  it('stays where it was', () => {
    const grown = growth(2000);
    // One analysis of the edited file holds some 0.1 MB, two thousand of them 200 MB.
    assert.ok(grown < 8, `${grown.toFixed(1)} MB more after 2,000 edits`);
  });
});
