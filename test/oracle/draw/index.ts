/** Draws programs by seed and counts which classes were drawn. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { answerOf } from '../convlens';
import { printProgram, type Program } from '../expression';
import { Random } from '../random';
import { FunctionDrawer } from './functions';
import { drawGraphProgram } from './graph';
import { drawLayerProgram, OPAQUE, type Signatures } from './layer';
import type { Made } from './operations';

const signatures = (
  JSON.parse(readFileSync(path.join(__dirname, '../../keras/facts/signatures.json'), 'utf8')) as {
    answers: Signatures;
  }
).answers;

const functions = (
  JSON.parse(readFileSync(path.join(__dirname, '../facts/functions.json'), 'utf8')) as { answers: Signatures }
).answers;

/** Tensors that a program has made, as ConvLens sees them; none after a mistake. */
function look(program: Program): readonly Made[] {
  const answer = answerOf(program);
  if (answer.error !== undefined) return [];
  return program.flatMap(({ name }, i) => {
    const tensors = answer.outputs[i] ?? [];
    if (!/^[tx]/.test(name)) return [];
    return tensors.flatMap(([shape, dtype], part) =>
      shape === '?'
        ? []
        : [
            {
              name: tensors.length === 1 ? name : `${name}[${part}]`,
              shape: shape.map((dim) => (dim === '?' ? null : dim)),
              dtype: dtype ?? 'float32',
            },
          ],
    );
  });
}

export class Drawer {
  private readonly random: Random;
  private order: string[] = [];
  /** How often each class was drawn. */
  readonly counts = new Map<string, number>(
    Object.keys(signatures)
      .filter((name) => !OPAQUE.includes(name))
      .map((name) => [name, 0]),
  );

  private readonly functionDrawer = new FunctionDrawer(functions);
  private functionOrder: string[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  private count(program: Program): Program {
    for (const [name] of printProgram(program).matchAll(/\b[A-Z]\w*(?=\()/g)) {
      const known = this.counts.get(name);
      if (known !== undefined) this.counts.set(name, known + 1);
    }
    return program;
  }

  /** Programs of one layer each; every class comes up once before any comes up again. */
  layers(count: number): Program[] {
    return this.random.times(count, () => {
      if (this.order.length === 0) this.order = this.random.shuffle([...this.counts.keys()]);
      return this.count(drawLayerProgram(this.random, signatures, this.order.pop()!));
    });
  }

  /** Programs of one call of a function on tensors; every function comes up once before any comes up again. */
  functions(count: number): Program[] {
    const programs: Program[] = [];
    while (programs.length < count) {
      if (this.functionOrder.length === 0)
        this.functionOrder = this.random.shuffle([...this.functionDrawer.names]);
      const program = this.functionDrawer.draw(this.random, this.functionOrder.pop()!);
      if (program !== undefined) programs.push(program);
    }
    return programs;
  }

  graphs(count: number): Program[] {
    return this.random.times(count, () => this.count(drawGraphProgram(this.random, signatures, look)));
  }

  missing(): string[] {
    return [...this.counts].filter(([, count]) => count === 0).map(([name]) => name);
  }
}
