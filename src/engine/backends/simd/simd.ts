/**
 * Convolutions and matrix products on WebAssembly with SIMD instructions, from modules that are written here at run time (the panel's
 * policy allows compiling WebAssembly). Inputs and results are copied in and out of one memory; re-laid weights are kept.
 */
import { outputSize, sizeOf, type ConvOp, type EngineOp, type MatmulOp } from '../../ops';
import type { Expression } from '../../expression';
import { phasesOf, type Phase } from './gather';
import { MOST_EXTRAS, PANEL, TILE, isSimple, simdModule } from './kernels';

type Kernels = Readonly<Record<string, (...numbers: readonly number[]) => void>>;

/** The memory is not given more. */
const MOST_BYTES = 1.5 * 1024 ** 3;
/** Bytes of a matrix that are brought in at once for a few rows. */
const CHUNK = 8 * 1024 ** 2;
const PAGE = 65536;
/** Vectors may be read beyond an array's end. */
const SLACK = 256;

const up = (value: number, to: number): number => Math.ceil(value / to) * to;

export class SimdProducts {
  private readonly memory = new WebAssembly.Memory({ initial: 16 });
  private readonly modules = new Map<string, Kernels>();
  private readonly packed = new WeakMap<Float32Array, Map<string, Float32Array>>();
  private readonly phases = new Map<string, Phase[]>();
  private end = 0;

  /** Throws where SIMD is not available. */
  constructor() {
    this.kernels(null);
  }

  /** Null for what other kernels compute. */
  compute(op: EngineOp, inputs: readonly Float32Array[]): Float32Array | null {
    if (op.kind !== 'conv' && op.kind !== 'matmul') return null;
    const extras = inputs.length - (op.bias ? 3 : 2);
    if (extras > MOST_EXTRAS || (op.epilogue && !isSimple(op.epilogue))) return null;
    const bytes = 4 * (inputs.reduce((sum, input) => sum + input.length, 0) + 3 * outputSize(op));
    if (bytes > MOST_BYTES) return null;
    if (op.kind === 'matmul') return this.matmul(op, inputs);
    return op.depthwise ? this.depthwise(op, inputs) : this.conv(op, inputs);
  }

  private kernels(epilogue: Expression | null): Kernels {
    const key = JSON.stringify(epilogue);
    let kernels = this.modules.get(key);
    if (!kernels) {
      const module = new WebAssembly.Module(simdModule(epilogue));
      const instance = new WebAssembly.Instance(module, { e: { m: this.memory } });
      kernels = instance.exports as unknown as Kernels;
      this.modules.set(key, kernels);
    }
    return kernels;
  }

  /** Starts anew in the memory; the first bytes stay zeros, which taps outside the input read. */
  private begin(zeros: number, total: number): void {
    const needed = up(total + zeros + 64 * SLACK, PAGE);
    const missing = needed - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(missing / PAGE);
    new Uint8Array(this.memory.buffer, 0, zeros + SLACK).fill(0);
    this.end = up(zeros + SLACK, 16);
  }

  private reserve(bytes: number): number {
    const at = this.end;
    this.end = up(at + bytes + SLACK, 16);
    return at;
  }

  private put(data: Float32Array | Int32Array): number {
    const at = this.reserve(data.byteLength);
    if (data instanceof Float32Array) new Float32Array(this.memory.buffer, at, data.length).set(data);
    else new Int32Array(this.memory.buffer, at, data.length).set(data);
    return at;
  }

  /** An array per channel, or zeros, with room for whole panels. */
  private perChannel(data: Float32Array | null, channels: number): number {
    const whole = new Float32Array(up(channels, PANEL) + PANEL);
    if (data) whole.set(data);
    return this.put(whole);
  }

  private conv(op: ConvOp, inputs: readonly Float32Array[]): Float32Array {
    const [x, kernel] = inputs;
    const { inChannels, outChannels, groups } = op;
    const [inPer, outPer] = [inChannels / groups, outChannels / groups];
    const phases = this.phasesFor(op);
    const stride = up(outChannels, PANEL) + (groups > 1 ? PANEL : 0);
    const positions = op.n * sizeOf(op.axes.map((axis) => axis.output));
    const panels = Math.ceil(outPer / PANEL);
    const weights = phases.map((phase, i) =>
      Array.from({ length: groups }, (_, g) =>
        this.pack(
          kernel,
          `${i}/${g}/${phase.taps.join()}`,
          phase.taps.length * inPer,
          outPer,
          (row, column) => {
            const tap = phase.taps[Math.floor(row / inPer)];
            const c = row % inPer;
            return op.transposed
              ? (tap * outChannels + column) * inChannels + c
              : (tap * inPer + c) * outChannels + g * outPer + column;
          },
        ),
      ),
    );
    const most = Math.max(...weights.flat().map((own) => own.byteLength));
    const indices = Math.max(
      ...phases.map(({ outputs, taps }) => (outputs.length + TILE) * (taps.length + 1)),
    );
    this.begin(
      4 * inPer,
      x.byteLength + 4 * positions * stride + most + 4 * indices + 64 * (outChannels + 2 * PANEL),
    );
    const input = this.put(x);
    const out = this.reserve(4 * positions * stride);
    const start = this.perChannel(op.bias ? inputs[2] : null, outChannels);
    const extras = inputs.slice(op.bias ? 3 : 2).map((own) => this.perChannel(own, outChannels));
    const { product1, product4 } = this.kernels(op.epilogue);
    const run = inPer % 4 === 0 ? product4 : product1;
    // What rows beyond the last are written to.
    const spare = this.reserve(4 * stride);
    const mark = this.end;
    phases.forEach((phase, i) => {
      if (phase.outputs.length === 0) return;
      for (let g = 0; g < groups; g++) {
        this.end = mark;
        const tiles = Math.ceil(phase.outputs.length / TILE);
        const { rows, outs } = this.gather(phase, tiles, {
          input: input + 4 * g * inPer,
          rowBytes: 4 * inChannels,
          out: out + 4 * g * outPer,
          outBytes: 4 * stride,
          spare,
        });
        const own = this.put(weights[i][g]);
        const rowsOfPanel = phase.taps.length * inPer;
        for (let panel = 0; panel < panels; panel++) {
          const column = 4 * (g * outPer + panel * PANEL);
          run(
            rows,
            outs,
            tiles,
            phase.taps.length,
            4 * inPer,
            own + 4 * panel * PANEL * rowsOfPanel,
            4 * panel * PANEL,
            start + column,
            ...padded(extras.map((extra) => extra + column)),
          );
        }
      }
    });
    return this.take(out, positions, outChannels, stride);
  }

  /** Addresses of a phase's rows and results, tile by tile. */
  private gather(
    phase: Phase,
    tiles: number,
    at: {
      readonly input: number;
      readonly rowBytes: number;
      readonly out: number;
      readonly outBytes: number;
      readonly spare: number;
    },
  ): { readonly rows: number; readonly outs: number } {
    const { outputs, sources } = phase;
    const taps = phase.taps.length;
    const rows = this.reserve(4 * tiles * taps * TILE);
    const outs = this.reserve(4 * tiles * TILE);
    const rowView = new Int32Array(this.memory.buffer, rows, tiles * taps * TILE);
    const outView = new Int32Array(this.memory.buffer, outs, tiles * TILE);
    for (let i = 0; i < tiles * TILE; i++) {
      const real = i < outputs.length;
      const position = real ? i : outputs.length - 1;
      outView[i] = real ? at.out + outputs[i] * at.outBytes : at.spare;
      const base = (i - (i % TILE)) * taps + (i % TILE);
      for (let t = 0; t < taps; t++) {
        const source = sources[position * taps + t];
        rowView[base + t * TILE] = source < 0 ? 0 : at.input + source * at.rowBytes;
      }
    }
    return { rows, outs };
  }

  private depthwise(op: ConvOp, inputs: readonly Float32Array[]): Float32Array | null {
    const { inChannels: channels, outChannels } = op;
    if (channels !== outChannels || op.transposed) return null;
    const [x, kernel] = inputs;
    const [phase] = this.phasesFor(op);
    const taps = phase.taps.length;
    const stride = up(channels, 4);
    const positions = phase.outputs.length;
    this.begin(
      4 * stride,
      x.byteLength + 4 * positions * (stride + taps) + 4 * stride * taps + 64 * (channels + PANEL),
    );
    const input = this.put(x);
    const out = this.reserve(4 * positions * stride);
    const weights = new Float32Array(taps * stride);
    for (let t = 0; t < taps; t++) weights.set(kernel.subarray(t * channels, (t + 1) * channels), t * stride);
    const start = this.perChannel(op.bias ? inputs[2] : null, channels);
    const extras = inputs.slice(op.bias ? 3 : 2).map((own) => this.perChannel(own, channels));
    const own = this.put(weights);
    const rows = this.reserve(4 * positions * taps);
    const view = new Int32Array(this.memory.buffer, rows, positions * taps);
    for (let i = 0; i < view.length; i++)
      view[i] = phase.sources[i] < 0 ? 0 : input + phase.sources[i] * 4 * channels;
    this.kernels(op.epilogue).depthwise(
      rows,
      out,
      positions,
      taps,
      4 * stride,
      own,
      start,
      ...padded(extras),
    );
    return this.take(out, positions, channels, stride);
  }

  private matmul(op: MatmulOp, inputs: readonly Float32Array[]): Float32Array | null {
    const { m, k, n, batchA, batchB } = op;
    const [a, b] = inputs;
    const batch = Math.max(batchA, batchB);
    if (
      m < TILE &&
      !op.transposeB &&
      !op.epilogue &&
      n % 4 === 0 &&
      (m === 1 || !op.transposeA) &&
      batchB === 1
    )
      return this.fewRows(op, inputs, batch * m);
    if (op.transposeA) return null;
    const out = new Float32Array(batch * m * n);
    const stride = up(n, PANEL);
    const tiles = Math.ceil(m / TILE);
    const { product1, product4 } = this.kernels(op.epilogue);
    const run = k % 4 === 0 ? product4 : product1;
    const rowsOf: Phase = {
      taps: [0],
      outputs: Int32Array.from({ length: m }, (_, i) => i),
      sources: Int32Array.from({ length: m }, (_, i) => i),
    };
    for (let item = 0; item < batch; item++) {
      const left = batchA === 1 ? a : a.subarray(item * m * k, (item + 1) * m * k);
      const from = batchB === 1 ? 0 : item * k * n;
      const weights = this.pack(
        b,
        `${from}/${op.transposeB}`,
        k,
        n,
        (row, column) => from + (op.transposeB ? column * k + row : row * n + column),
      );
      this.begin(16, left.byteLength + weights.byteLength + 4 * m * stride + 64 * (m + n + 4 * PANEL));
      const input = this.put(left);
      const result = this.reserve(4 * m * stride);
      const start = this.perChannel(op.bias ? inputs[2] : null, n);
      const extras = inputs.slice(op.bias ? 3 : 2).map((own) => this.perChannel(own, n));
      const spare = this.reserve(4 * stride);
      const { rows, outs } = this.gather(rowsOf, tiles, {
        input,
        rowBytes: 4 * k,
        out: result,
        outBytes: 4 * stride,
        spare,
      });
      const own = this.put(weights);
      for (let panel = 0; panel * PANEL < n; panel++) {
        const column = 4 * panel * PANEL;
        run(
          rows,
          outs,
          tiles,
          1,
          4 * k,
          own + column * k,
          column,
          start + column,
          ...padded(extras.map((extra) => extra + column)),
        );
      }
      out.set(this.take(result, m, n, stride), item * m * n);
    }
    return out;
  }

  /** A few rows times a matrix that is too large to be worth re-laying: brought in piece by piece. */
  private fewRows(op: MatmulOp, inputs: readonly Float32Array[], rows: number): Float32Array {
    const { k, n } = op;
    const [a, b] = inputs;
    const piece = Math.max(1, Math.min(k, Math.floor(CHUNK / (4 * n))));
    this.begin(16, a.byteLength + 4 * rows * n + 4 * piece * n);
    const left = this.put(a);
    const out = this.reserve(4 * rows * n);
    const results = new Float32Array(this.memory.buffer, out, rows * n);
    for (let row = 0; row < rows; row++) {
      if (op.bias) results.set(inputs[2], row * n);
      else results.fill(0, row * n, (row + 1) * n);
    }
    const matrix = this.reserve(4 * piece * n);
    const view = new Float32Array(this.memory.buffer, matrix, piece * n);
    const { row1, row4 } = this.kernels(null);
    for (let from = 0; from < k; from += piece) {
      const count = Math.min(piece, k - from);
      view.set(b.subarray(from * n, (from + count) * n));
      const fours = count >> 2;
      for (let row = 0; row < rows; row++) {
        const at = left + 4 * (row * k + from);
        if (fours) row4(at, matrix, out + 4 * row * n, fours, 4 * n);
        if (count % 4) row1(at + 16 * fours, matrix + 16 * fours * n, out + 4 * row * n, count % 4, 4 * n);
      }
    }
    return results.slice();
  }

  /** Weights re-laid as panels of eight columns, zeros beyond the last; kept as long as the weights are. */
  private pack(
    source: Float32Array,
    key: string,
    rows: number,
    columns: number,
    place: (row: number, column: number) => number,
  ): Float32Array {
    let known = this.packed.get(source);
    if (!known) this.packed.set(source, (known = new Map()));
    const name = `${key}/${rows}x${columns}`;
    let packed = known.get(name);
    if (!packed) {
      packed = new Float32Array(Math.ceil(columns / PANEL) * PANEL * rows);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const panel = column - (column % PANEL);
          packed[panel * rows + row * PANEL + (column % PANEL)] = source[place(row, column)];
        }
      known.set(name, packed);
    }
    return packed;
  }

  private phasesFor(op: ConvOp): Phase[] {
    const key = JSON.stringify([op.n, op.axes, op.transposed]);
    let phases = this.phases.get(key);
    if (!phases) {
      phases = phasesOf(op);
      if (this.phases.size > MOST_GEOMETRIES) this.phases.clear();
      this.phases.set(key, phases);
    }
    return phases;
  }

  /** Rows of `width` numbers, `stride` apart, one after another. */
  private take(at: number, rows: number, width: number, stride: number): Float32Array {
    const all = new Float32Array(this.memory.buffer, at, rows * stride);
    if (width === stride) return all.slice();
    const out = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++)
      out.set(all.subarray(row * stride, row * stride + width), row * width);
    return out;
  }
}

const MOST_GEOMETRIES = 60;

const padded = (extras: readonly number[]): number[] =>
  Array.from({ length: MOST_EXTRAS }, (_, i) => extras[i] ?? 0);
