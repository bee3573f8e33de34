/**
 * Writes WGSL: kernels of `kernels/` (in the small part of JavaScript that GPU.js translates too) become compute shaders over
 * arrays of four numbers, and plain convolutions get a shader of their own in which a thread keeps several outputs in registers.
 */
import type { Expression } from '../expression';
import { writeExpression } from '../kernels/expressions';
import { Writer, type KernelSource } from '../kernels/writer';
import { sizeOf, type ConvOp, type MatmulOp } from '../ops';

export interface Shader {
  readonly code: string;
  /** Threads that have work. */
  readonly threads: number;
}

/** Threads of a workgroup. */
export const WORKGROUP = 64;
/** Workgroups along one axis of a dispatch: WebGPU's limit everywhere. */
export const MOST_GROUPS = 65535;

const bindings = (inputs: number): string =>
  [
    ...Array.from(
      { length: inputs },
      (_, i) => `@group(0) @binding(${i}) var<storage, read> a${i}: array<vec4<f32>>;`,
    ),
    `@group(0) @binding(${inputs}) var<storage, read_write> result: array<vec4<f32>>;`,
  ].join('\n');

/** The thread's number, over as many rows of workgroups as it takes. Arguments that nothing reads are mentioned, else they have no place. */
const entry = (threads: number, inputs: number, body: string): string => {
  const groups = Math.ceil(threads / WORKGROUP);
  const row = Math.min(groups, MOST_GROUPS) * WORKGROUP;
  return `@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
${Array.from({ length: inputs }, (_, i) => `_ = arrayLength(&a${i});`).join('\n')}
let index = id.x + id.y * ${row}u;
if (index >= ${threads}u) { return; }
${body}
}`;
};

/** A kernel's JavaScript as WGSL. Every number is f32, every argument an array of four numbers. */
export function translate(source: KernelSource): Shader {
  const [x, y = 1, z = 1] = source.output;
  const lines = source.source.split('\n').slice(1, -1).map(translateLine);
  const body = `let tx = f32(index % ${x}u);
let ty = f32((index / ${x}u) % ${y}u);
let tz = f32(index / ${x * y}u);
${lines.join('\n')}`;
  const code = `${bindings(source.inputs)}\n${QUOTIENT}\n${entry(x * y * z, source.inputs, body)}`;
  return { code, threads: x * y * z };
}

/**
 * Division on graphics devices may miss by a few units in the last place, and the floor of a whole quotient then by one: whole
 * quotients are made exact before rounding.
 */
const QUOTIENT = `fn quotient(a: f32, b: f32) -> f32 {
let q = a / b;
let whole = round(q);
return select(q, whole, whole * b == a);
}`;

/** `floor(x / 3)` and `ceil(x / 3)` by that quotient, nested ones too. */
function exactQuotients(text: string): string {
  let out = text;
  for (let from = 0; ;) {
    const found = /\b(?:floor|ceil)\(/.exec(out.slice(from));
    if (!found) return out;
    const start = from + found.index + found[0].length;
    let depth = 1;
    let end = start;
    while (depth > 0 && end < out.length) {
      if (out[end] === '(') depth++;
      if (out[end] === ')') depth--;
      end++;
    }
    const parts = /^(.*) \/ (\d+)$/.exec(out.slice(start, end - 1));
    if (parts) out = `${out.slice(0, start)}quotient(${parts[1]}, ${parts[2]})${out.slice(end - 1)}`;
    from = start;
  }
}

function translateLine(line: string): string {
  const text = exactQuotients(line.replace(/Math\./g, ''))
    .replace(/this\.thread\.([xyz])/g, 't$1')
    // Elements of arguments, and of one argument's four numbers.
    .replace(/\b(a\d+)\[([^\]]*)\]/g, '$1[u32($2)]')
    .replace(/\b(v\d+|out)\[([^\]]*[a-z][^\]]*)\]/g, '$1[u32($2)]');
  const loop = /^for \(var (\w+) = 0; \w+ < (\d+); \w+\+\+\) \{$/.exec(text);
  if (loop) return `for (var ${loop[1]}: f32 = 0; ${loop[1]} < ${loop[2]}; ${loop[1]} = ${loop[1]} + 1) {`;
  if (text === 'var out = [0, 0, 0, 0];') return 'var out = vec4<f32>();';
  if (text === 'return out;') return 'result[index] = out;';
  const list = /^return \[(.*)\];$/.exec(text);
  if (list) return `result[index] = vec4<f32>(${list[1]});`;
  if (/^var v\d+ = a\d+\[/.test(text)) return text;
  return text.replace(/^var (\w+) = /, 'var $1: f32 = ');
}

/** Whether the shader below serves this convolution. */
export function servesConvolution(op: ConvOp): boolean {
  return (
    !op.depthwise && !op.transposed && op.groups === 1 && op.inChannels % 4 === 0 && op.outChannels % 4 === 0
  );
}

/** Output columns that one thread makes. */
const COLUMNS = 4;
/** Rows of a matrix product that one thread makes. */
const ROWS = 4;

/**
 * A plain convolution: a thread makes four channels of up to four neighbouring columns, so that each weight it reads serves all
 * of them. Indices are whole numbers.
 */
export function convolutionShader(op: ConvOp, inputs: number): Shader {
  const { axes } = op;
  const last = axes[axes.length - 1];
  const columns = Math.min(COLUMNS, last.output);
  const blocks = Math.ceil(last.output / columns);
  const inUnits = op.inChannels / 4;
  const outUnits = op.outChannels / 4;
  const outer = axes.slice(0, -1);
  const rows = op.n * sizeOf(outer.map((axis) => axis.output));
  const threads = outUnits * blocks * rows;
  const span = Array.from({ length: columns }, (_, p) => p);
  const lines: string[] = [
    `let c = i32(index % ${outUnits}u);`,
    `let block = i32((index / ${outUnits}u) % ${blocks}u);`,
    `var rest = i32(index / ${outUnits * blocks}u);`,
    `let row = rest;`,
  ];
  for (let d = outer.length - 1; d >= 0; d--)
    lines.push(`let p${d} = rest % ${outer[d].output};`, `rest = rest / ${outer[d].output};`);
  for (const p of span) lines.push(`var s${p} = vec4<f32>();`);
  lines.push(
    `let first = block * ${columns * last.stride} - (${last.padBefore});`,
    `for (var t = 0; t < ${sizeOf(axes.map((axis) => axis.kernel))}; t++) {`,
    'var tap = t;',
    `let tl = tap % ${last.kernel};`,
    `tap = tap / ${last.kernel};`,
  );
  for (let d = outer.length - 1; d >= 0; d--) {
    const { stride, dilation, padBefore, kernel } = outer[d];
    lines.push(
      `let i${d} = p${d} * ${stride} + (tap % ${kernel}) * ${dilation} - (${padBefore});`,
      `tap = tap / ${kernel};`,
    );
    const tests = outsideTests(outer[d], `i${d}`);
    if (tests) lines.push(`if (${tests}) { continue; }`);
  }
  const base = outer.reduce((text, axis, d) => `(${text}) * ${axis.input} + i${d}`, 'rest');
  lines.push(`let line = (${base}) * ${last.input};`);
  for (const p of span) {
    lines.push(`let j${p} = first + ${p * last.stride} + tl * ${last.dilation};`);
    // Outside columns read some element inside and count it nothing.
    lines.push(`let m${p} = select(0.0, 1.0, j${p} >= 0 && j${p} < ${last.input});`);
    lines.push(`let x${p} = (line + clamp(j${p}, 0, ${last.input - 1})) * ${inUnits};`);
  }
  lines.push(
    `var w = t * ${op.inChannels * outUnits} + c;`,
    `for (var i = 0; i < ${inUnits}; i++) {`,
    ...[0, 1, 2, 3].map((k) => `let w${k} = a1[w + ${k * outUnits}];`),
    `w = w + ${4 * outUnits};`,
  );
  for (const p of span) {
    lines.push(`let v${p} = a0[x${p} + i] * m${p};`);
    lines.push(`s${p} = fma(vec4<f32>(v${p}.x), w0, s${p});`);
    lines.push(`s${p} = fma(vec4<f32>(v${p}.y), w1, s${p});`);
    lines.push(`s${p} = fma(vec4<f32>(v${p}.z), w2, s${p});`);
    lines.push(`s${p} = fma(vec4<f32>(v${p}.w), w3, s${p});`);
  }
  lines.push('}', '}');
  const place = (p: number): string => `(row * ${last.output} + block * ${columns} + ${p}) * ${outUnits} + c`;
  const inside = (p: number): string | null =>
    last.output % columns !== 0 && p >= last.output % columns
      ? `block * ${columns} + ${p} < ${last.output}`
      : null;
  lines.push(...finishAndStore(op, inputs, columns, place, inside));
  const extra = inputs - (op.bias ? 3 : 2);
  const code = `${bindings(inputs)}\n${op.epilogue ? epilogue(op.epilogue, extra) : ''}\n${entry(threads, inputs, lines.join('\n'))}`;
  return { code, threads };
}

/** Bias, epilogue and storing of the sums `s0`, `s1`, … of channel unit `c`. */
function finishAndStore(
  op: Pick<ConvOp, 'bias' | 'epilogue'>,
  inputs: number,
  sums: number,
  place: (p: number) => string,
  inside: (p: number) => string | null,
): string[] {
  const firstExtra = op.bias ? 3 : 2;
  const extra = Array.from({ length: inputs - firstExtra }, (_, e) => `a${firstExtra + e}[c]`);
  return Array.from({ length: sums }, (_, p) => {
    const lane = (name: string): string =>
      `finish(${[`s${p}`, ...extra].map((own) => `${own}.${name}`).join(', ')})`;
    const value = op.epilogue ? `vec4<f32>(${['x', 'y', 'z', 'w'].map(lane).join(', ')})` : `s${p}`;
    const store = `${op.bias ? `s${p} = s${p} + a2[c]; ` : ''}result[u32(${place(p)})] = ${value};`;
    const test = inside(p);
    return test === null ? store : `if (${test}) { ${store} }`;
  });
}

/** Whether the shader below serves this matrix product. */
export function servesProduct(op: MatmulOp): boolean {
  return !op.transposeA && !op.transposeB && op.k % 4 === 0 && op.n % 4 === 0;
}

/** A matrix product: a thread makes four columns of up to four rows. */
export function productShader(op: MatmulOp, inputs: number): Shader {
  const { m, k, n } = op;
  const rows = Math.min(ROWS, m);
  const blocks = Math.ceil(m / rows);
  const nUnits = n / 4;
  const kUnits = k / 4;
  const threads = nUnits * blocks * Math.max(op.batchA, op.batchB);
  const span = Array.from({ length: rows }, (_, p) => p);
  const lines = [
    `let c = i32(index % ${nUnits}u);`,
    `let block = i32((index / ${nUnits}u) % ${blocks}u);`,
    `let item = i32(index / ${nUnits * blocks}u);`,
    `var w = ${op.batchB === 1 ? '' : `item * ${k * nUnits} + `}c;`,
    ...span.flatMap((p) => [
      `var s${p} = vec4<f32>();`,
      // A row beyond the last reads the last and is not stored.
      `let x${p} = ${op.batchA === 1 ? '' : `item * ${m * kUnits} + `}min(block * ${rows} + ${p}, ${m - 1}) * ${kUnits};`,
    ]),
    `for (var i = 0; i < ${kUnits}; i++) {`,
    ...[0, 1, 2, 3].map((j) => `let w${j} = a1[w + ${j * nUnits}];`),
    `w = w + ${4 * nUnits};`,
    ...span.flatMap((p) => [
      `let v${p} = a0[x${p} + i];`,
      ...['x', 'y', 'z', 'w'].map((lane, j) => `s${p} = fma(vec4<f32>(v${p}.${lane}), w${j}, s${p});`),
    ]),
    '}',
    ...finishAndStore(
      op,
      inputs,
      rows,
      (p) => `(item * ${m} + block * ${rows} + ${p}) * ${nUnits} + c`,
      (p) => (m % rows !== 0 && p >= m % rows ? `block * ${rows} + ${p} < ${m}` : null),
    ),
  ];
  const extra = inputs - (op.bias ? 3 : 2);
  const code = `${bindings(inputs)}\n${op.epilogue ? epilogue(op.epilogue, extra) : ''}\n${entry(threads, inputs, lines.join('\n'))}`;
  return { code, threads };
}

/** True where a window may reach outside along this axis. */
function outsideTests(axis: ConvOp['axes'][number], index: string): string {
  const furthest = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation - axis.padBefore;
  return [
    ...(axis.padBefore > 0 ? [`${index} < 0`] : []),
    ...(furthest >= axis.input ? [`${index} >= ${axis.input}`] : []),
  ].join(' || ');
}

function epilogue(expression: Expression, extra: number): string {
  const writer = new Writer('scalar');
  const names = ['value', ...Array.from({ length: extra }, (_, e) => `extra${e}`)];
  const kernel = writer.flat(0, 1, () => [writeExpression(writer, expression, names)]);
  const lines = kernel.source.split('\n').slice(1, -1).map(translateLine);
  return `${QUOTIENT}\nfn finish(${names.map((name) => `${name}: f32`).join(', ')}) -> f32 {\n${lines.join('\n')}\n}`;
}
