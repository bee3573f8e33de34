/**
 * Writes kernel sources in the small part of JavaScript that GPU.js translates (kept as text: a bundler must never rewrite them).
 *
 * Storages are flat arrays in C order. On WebGL2 they are textures of four numbers per texel, so a kernel there either moves
 * whole texels (`texel`: four neighbouring elements at once) or computes its four elements one by one (`lane`). Elsewhere
 * (`scalar`) one thread makes one element. A generator is written once: values are lists of `width` expressions, indices and
 * strides count units of `width` elements.
 */

export type Mode = 'scalar' | 'lane' | 'texel';

export interface KernelSource {
  readonly source: string;
  /** Threads per axis, fastest first. */
  readonly output: readonly number[];
  readonly inputs: number;
}

/** A loop or branch body is written between `open` and `close`. */
export class Writer {
  private readonly lines: string[] = [];
  private names = 0;

  constructor(readonly mode: Mode) {}

  /** Elements that one pass of the body makes. */
  get width(): number {
    return this.mode === 'texel' ? 4 : 1;
  }

  line(text: string): void {
    this.lines.push(text);
  }

  name(prefix: string): string {
    const name = `${prefix}${this.names++}`;
    // WGSL's types are no names for variables.
    return /^[fiu](?:8|16|32|64)$/.test(name) ? this.name(prefix) : name;
  }

  /** A new variable. */
  let(prefix: string, value: string): string {
    const name = this.name(prefix);
    this.line(`var ${name} = ${value};`);
    return name;
  }

  /** One new variable per element. */
  each(prefix: string, value: (k: number) => string): string[] {
    return Array.from({ length: this.width }, (_, k) => this.let(prefix, value(k)));
  }

  open(text: string): void {
    this.line(`${text} {`);
  }

  close(): void {
    this.line('}');
  }

  /** `for` from 0 below a number known now; gives the counter. A single round needs no loop. */
  loop(count: number, body: (counter: string) => void): void {
    const counter = this.name('n');
    this.open(`for (var ${counter} = 0; ${counter} < ${count}; ${counter}++)`);
    body(counter);
    this.close();
  }

  /** The elements of the unit at `index`, as expressions. */
  read(argument: number, index: string): string[] {
    if (this.mode !== 'texel') return [this.readOne(argument, index)];
    const value = this.let('v', `a${argument}[${index}]`);
    return [0, 1, 2, 3].map((k) => `${value}[${k}]`);
  }

  /** The single element at flat element `index`, in any mode. */
  readOne(argument: number, index: string): string {
    if (this.mode === 'scalar') return this.let('e', `a${argument}[${index}]`);
    const at = this.let('i', index);
    const texel = this.let('q', `Math.floor(${at} / 4)`);
    const value = this.let('v', `a${argument}[${texel}]`);
    return this.let('e', `${value}[${at} - ${texel} * 4]`);
  }

  /**
   * Kernel over all elements by flat index: `body` gives the values of the unit `index`. `count` is the number of elements.
   */
  flat(inputs: number, count: number, body: (index: string) => string[]): KernelSource {
    const parameters = Array.from({ length: inputs }, (_, i) => `a${i}`).join(', ');
    let text: string;
    if (this.mode === 'lane') {
      this.line('var out = [0, 0, 0, 0];');
      this.open('for (var lane = 0; lane < 4; lane++)');
      const index = this.let('i', 'this.thread.x * 4 + lane');
      const [value] = body(index);
      this.line(`out[lane] = ${value};`);
      this.close();
      this.line('return out;');
      text = this.text(parameters);
    } else {
      const values = body('this.thread.x');
      this.line(this.mode === 'texel' ? `return [${values.join(', ')}];` : `return ${values[0]};`);
      text = this.text(parameters);
    }
    return { source: text, output: [this.mode === 'scalar' ? count : Math.ceil(count / 4)], inputs };
  }

  /**
   * Kernel over `[rows, columns, channels]`: `body` gives the values of channel unit `c`, column and row. In lane mode elements of a texel may lie in different columns, so the index is taken apart for each.
   */
  grid(
    inputs: number,
    rows: number,
    columns: number,
    channels: number,
    body: (c: string, column: string, row: string) => string[],
  ): KernelSource {
    if (this.mode === 'lane') {
      return this.flat(inputs, rows * columns * channels, (index) => {
        const rest = this.let('p', `Math.floor(${index} / ${channels})`);
        const c = this.let('c', `${index} - ${rest} * ${channels}`);
        const row = this.let('y', `Math.floor(${rest} / ${columns})`);
        return body(c, this.let('x', `${rest} - ${row} * ${columns}`), row);
      });
    }
    const parameters = Array.from({ length: inputs }, (_, i) => `a${i}`).join(', ');
    const values = body('this.thread.x', 'this.thread.y', 'this.thread.z');
    this.line(this.mode === 'texel' ? `return [${values.join(', ')}];` : `return ${values[0]};`);
    return { source: this.text(parameters), output: [channels / this.width, columns, rows], inputs };
  }

  private text(parameters: string): string {
    return `function(${parameters}) {\n${this.lines.join('\n')}\n}`;
  }
}

/** Takes a flat index apart along `shape`: one expression per axis, the last fastest. Axes of length 1 are `0`. */
export function unravel(writer: Writer, index: string, shape: readonly number[]): string[] {
  const parts = new Array<string>(shape.length).fill('0');
  const real = shape.map((length, d) => (length > 1 ? d : -1)).filter((d) => d >= 0);
  let rest = index;
  for (let j = real.length - 1; j > 0; j--) {
    const d = real[j];
    const next = writer.let('d', `Math.floor(${rest} / ${shape[d]})`);
    parts[d] = writer.let('k', `${rest} - ${next} * ${shape[d]}`);
    rest = next;
  }
  if (real.length) parts[real[0]] = rest;
  return parts;
}

/** `Σ part·stride`, without the zeros. */
export function weighted(parts: readonly string[], strides: readonly number[]): string {
  const terms = parts.flatMap((part, d) =>
    strides[d] === 0 || part === '0' ? [] : [strides[d] === 1 ? part : `${part} * ${strides[d]}`],
  );
  return terms.length ? terms.join(' + ') : '0';
}
