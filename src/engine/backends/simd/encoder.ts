/** Writes WebAssembly modules as bytes: the few instructions that the SIMD kernels need. Source: WebAssembly core specification 2.0. */

export const I32 = 0x7f;
export const V128 = 0x7b;

/** SIMD instructions behind the prefix 0xfd. */
export const SIMD = {
  load: 0x00,
  splatLoad: 0x09,
  store: 0x0b,
  eq: 0x41,
  ne: 0x42,
  lt: 0x43,
  gt: 0x44,
  le: 0x45,
  ge: 0x46,
  and: 0x4e,
  or: 0x50,
  bitselect: 0x52,
  ceil: 0x67,
  floor: 0x68,
  trunc: 0x69,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
} as const;

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest ? low | 0x80 : low);
  } while (rest);
  return bytes;
};

const signed = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const ends = (rest === 0 && !(low & 0x40)) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(ends ? low : low | 0x80);
    if (ends) return bytes;
  }
};

/** The body of a function: parameters are 32-bit integers, further locals are declared as they are needed. */
export class Body {
  readonly bytes: number[] = [];
  private readonly locals: number[] = [];

  constructor(readonly parameters: number) {}

  local(type: number): number {
    this.locals.push(type);
    return this.parameters + this.locals.length - 1;
  }

  get(...locals: readonly number[]): this {
    for (const local of locals) this.bytes.push(0x20, ...unsigned(local));
    return this;
  }

  set(local: number): this {
    this.bytes.push(0x21, ...unsigned(local));
    return this;
  }

  number(value: number): this {
    this.bytes.push(0x41, ...signed(value));
    return this;
  }

  /** Adds a number to a local. */
  step(local: number, by: number): this {
    return this.get(local).number(by).plus().set(local);
  }

  plus(): this {
    this.bytes.push(0x6a);
    return this;
  }

  times(): this {
    this.bytes.push(0x6c);
    return this;
  }

  lessThan(): this {
    this.bytes.push(0x49);
    return this;
  }

  /** The integer at the address on the stack. */
  loadInteger(offset: number): this {
    this.bytes.push(0x28, 2, ...unsigned(offset));
    return this;
  }

  simd(code: number): this {
    this.bytes.push(0xfd, ...unsigned(code));
    return this;
  }

  /** Loads or stores at the address on the stack. */
  memory(code: number, offset = 0): this {
    this.simd(code);
    this.bytes.push(2, ...unsigned(offset));
    return this;
  }

  /** Four times the same number. */
  constant(value: number): this {
    this.simd(0x0c);
    const four = new Uint8Array(Float32Array.of(value, value, value, value).buffer);
    this.bytes.push(...four);
    return this;
  }

  /** Repeats `body` until the condition that it leaves on the stack is zero; runs at least once. */
  repeat(body: () => void): this {
    this.bytes.push(0x03, 0x40);
    body();
    this.bytes.push(0x0d, 0, 0x0b);
    return this;
  }

  encode(): number[] {
    const declared = this.locals.flatMap((type) => [1, type]);
    const content = [...unsigned(this.locals.length), ...declared, ...this.bytes, 0x0b];
    return [...unsigned(content.length), ...content];
  }
}

/** A module that imports the memory `e.m` and exports the functions by name. */
export function encodeModule(functions: Readonly<Record<string, Body>>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(functions);
  const text = (name: string): number[] => [name.length, ...[...name].map((letter) => letter.charCodeAt(0))];
  const section = (id: number, content: readonly number[]): number[] => [
    id,
    ...unsigned(content.length),
    ...content,
  ];
  const types = names.flatMap((name) => {
    const { parameters } = functions[name];
    return [0x60, ...unsigned(parameters), ...Array<number>(parameters).fill(I32), 0];
  });
  const bodies = names.flatMap((name) => functions[name].encode());
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [...unsigned(names.length), ...types]),
    ...section(2, [1, ...text('e'), ...text('m'), 2, 0, 1]),
    ...section(3, [...unsigned(names.length), ...names.flatMap((_, i) => unsigned(i))]),
    ...section(7, [
      ...unsigned(names.length),
      ...names.flatMap((name, i) => [...text(name), 0, ...unsigned(i)]),
    ]),
    ...section(10, [...unsigned(names.length), ...bodies]),
  ]);
}
