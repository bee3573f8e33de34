/** Kernels taken apart into tiles: the value at a tap, input channel and filter is where the tile shows it. */
import assert from 'node:assert/strict';
import { kernelTiles } from '../../src/webview/activations/kernels';

const counted = (...shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
});

describe('kernel tiles', () => {
  it('take a two-dimensional kernel apart by filter and input', () => {
    const tiles = kernelTiles(counted(3, 2, 5, 7))!;
    assert.deepEqual([tiles.height, tiles.width, tiles.inputs, tiles.filters], [3, 2, 5, 7]);
    // [y=2, x=1, input 4, filter 6] is the very last value.
    assert.equal(tiles.plane(6, 4)[5], 3 * 2 * 5 * 7 - 1);
    assert.equal(tiles.plane(3, 2)[0], 2 * 7 + 3);
  });

  it('show a one-dimensional kernel as taps by inputs, a matrix whole, a volume by its middle', () => {
    const line = kernelTiles(counted(3, 4, 2))!;
    assert.deepEqual([line.height, line.width, line.filters], [3, 4, 2]);
    assert.equal(line.plane(1, 0)[11], 23);
    const matrix = kernelTiles(counted(4, 6))!;
    assert.deepEqual([matrix.height, matrix.width, matrix.filters], [4, 6, 1]);
    assert.equal(matrix.plane(0, 0)[23], 23);
    const volume = kernelTiles(counted(3, 2, 2, 1, 1))!;
    assert.deepEqual([...volume.plane(0, 0)], [4, 5, 6, 7]);
  });

  it('leave vectors alone', () => {
    assert.equal(kernelTiles(counted(8)), null);
    assert.equal(kernelTiles(counted(3, 0)), null);
  });
});
