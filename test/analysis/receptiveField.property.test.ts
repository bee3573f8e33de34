// Random one-dimensional graphs against a brute-force answer: sets of input positions carried unit by unit.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { receptiveFields } from '../../src/analysis/receptiveField';
import { GraphBuilder } from '../graph/build';

const LENGTH = 160;
/** Cropping and strides lose up to this many positions at the ends, which padding then replaces by zeros. */
const MARGIN = 40;

/** Per unit the input positions it reads, in-range positions only. */
type Sets = Set<number>[];

interface Stage {
  readonly kind: 'conv' | 'transposed' | 'pool' | 'up' | 'bilinear' | 'pad' | 'crop' | 'branch';
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'valid' | 'same' | 'causal';
}

function gather(count: number, positions: (unit: number) => number[], from: Sets): Sets {
  return Array.from({ length: count }, (_, unit) => {
    const seen = new Set<number>();
    for (const position of positions(unit)) for (const origin of from[position] ?? []) seen.add(origin);
    return seen;
  });
}

/** Kernel positions read by unit `unit` with TensorFlow's padding, written independently of the geometry under test. */
function window(unit: number, length: number, stage: Stage): number[] {
  const span = stage.dilation * (stage.kernel - 1) + 1;
  let before = 0;
  if (stage.padding === 'causal') before = span - 1;
  if (stage.padding === 'same') {
    const out = Math.ceil(length / stage.stride);
    before = Math.floor(Math.max((out - 1) * stage.stride + span - length, 0) / 2);
  }
  return Array.from({ length: stage.kernel }, (_, i) => unit * stage.stride - before + i * stage.dilation);
}

function apply(
  build: GraphBuilder,
  tensor: number,
  sets: Sets,
  stage: Stage,
): { tensor: number; sets: Sets } | null {
  const length = sets.length;
  const span = stage.dilation * (stage.kernel - 1) + 1;
  const done = (next: number, positions: (unit: number) => number[]): { tensor: number; sets: Sets } => {
    const count = build.shape(next)[1] as number;
    return { tensor: next, sets: gather(count, positions, sets) };
  };
  switch (stage.kind) {
    case 'conv':
    case 'pool': {
      if (stage.padding === 'valid' && span > length) return null;
      const padding = stage.kind === 'pool' && stage.padding === 'causal' ? 'same' : stage.padding;
      const used = { ...stage, padding, dilation: stage.kind === 'pool' ? 1 : stage.dilation };
      if (used.padding === 'valid' && used.dilation * (used.kernel - 1) + 1 > length) return null;
      const next =
        stage.kind === 'conv' ? build.conv(tensor, { filters: 1, ...used }) : build.pool(tensor, used);
      return done(next, (unit) => window(unit, length, used));
    }
    case 'transposed': {
      if (length > 400) return null;
      const padding = stage.padding === 'causal' ? 'valid' : stage.padding;
      const next = build.transposed(tensor, {
        filters: 1,
        kernel: stage.kernel,
        stride: stage.stride,
        dilation: stage.dilation,
        padding,
      });
      const cut = padding === 'same' ? Math.floor(Math.max(span - stage.stride, 0) / 2) : 0;
      return done(next, (unit) => {
        const read: number[] = [];
        for (let i = 0; i < length; i++)
          for (let j = 0; j < stage.kernel; j++)
            if (i * stage.stride + j * stage.dilation - cut === unit) read.push(i);
        return read;
      });
    }
    case 'up':
      if (length > 400) return null;
      return done(build.upsample(tensor, stage.stride), (unit) => [Math.floor(unit / stage.stride)]);
    case 'bilinear':
      if (length > 400) return null;
      return done(build.upsample(tensor, stage.stride, 'bilinear'), (unit) => {
        const place = (unit + 0.5) / stage.stride - 0.5;
        const near = Math.floor(place + 1e-9);
        return Math.abs(place - near) < 1e-6 ? [near] : [near, near + 1];
      });
    case 'pad':
      return done(build.pad(tensor, stage.kernel, stage.stride), (unit) => [unit - stage.kernel]);
    case 'crop':
      return length <= 2 * stage.stride
        ? null
        : done(build.crop(tensor, stage.stride, stage.stride), (unit) => [unit + stage.stride]);
    case 'branch': {
      const kernel = stage.kernel;
      const next = build.conv(tensor, { filters: 1, kernel, dilation: stage.dilation, padding: 'same' });
      const sum = build.add(next, tensor);
      return done(sum, (unit) => [unit, ...window(unit, length, { ...stage, stride: 1, padding: 'same' })]);
    }
  }
}

const stage = fc.record<Stage>({
  kind: fc.constantFrom('conv', 'transposed', 'pool', 'up', 'bilinear', 'pad', 'crop', 'branch'),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom('valid', 'same', 'causal'),
});

describe('receptive field, against brute force', () => {
  it('equals the stretch of input positions that each inner unit reads', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 6 }), (stages) => {
        const build = new GraphBuilder();
        let state = {
          tensor: build.input(LENGTH, 1),
          sets: Array.from({ length: LENGTH }, (_, i) => new Set([i])),
        };
        for (const next of stages) {
          const after = apply(build, state.tensor, state.sets, next);
          if (after === null || after.sets.length === 0) break;
          state = after;
          const axis = receptiveFields(build.graph).of(state.tensor)?.axes[0];
          assert.ok(axis && axis.span, 'a field');
          let largest = 0;
          state.sets.forEach((seen, unit) => {
            const [low, high] = axis.span!(unit);
            if (seen.size === 0) return;
            // Units whose stretch lies inside the input show it whole.
            if (low < MARGIN || high >= LENGTH - MARGIN) return;
            compared++;
            assert.deepEqual(
              [Math.min(...seen), Math.max(...seen)],
              [low, high],
              `unit ${unit} after ${JSON.stringify(stages)}`,
            );
            largest = Math.max(largest, high - low + 1);
          });
          assert.ok(largest <= (axis.size ?? 0));
        }
      }),
      { numRuns: 300, seed: 7 },
    );
    assert.ok(compared > 5000, `${compared} units compared`);
  });
});
