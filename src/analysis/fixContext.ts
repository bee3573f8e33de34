/**
 * Text edits for fixes: replacing, adding, renaming and removing arguments of a call, and putting a layer before another,
 * computed from the source text and the ranges that interpretation kept.
 */
import type { Failure, Layer, ModelGraph, Node, SourceRange } from '../graph/graph';
import { addKeyword, matching, ownRange } from './argumentEdit';
import type { Fix, TextEdit } from './diagnostic';
import type { ProgramText } from './program';

/** A layer class as it can be written at a place, with the import it needs. */
export interface ClassName {
  readonly text: string;
  readonly edits: readonly TextEdit[];
}

export class FixContext {
  readonly layer: Layer | null;
  readonly node: Node | null;

  constructor(
    readonly program: ProgramText,
    readonly graph: ModelGraph,
    readonly failure: Failure,
  ) {
    const layer = failure.layer ?? (failure.node === null ? null : graph.nodes[failure.node].layer);
    this.layer = layer === null ? null : graph.layers[layer];
    this.node = failure.node === null ? this.failedCall() : graph.nodes[failure.node];
  }

  /** A layer that fails while it is built: the call that built it. */
  private failedCall(): Node | null {
    const { site } = this.failure;
    const calls = (this.layer?.nodes ?? []).map((id) => this.graph.nodes[id]).filter((node) => node.failed);
    return (
      calls.find(
        (node) => node.site.range.from === site.range.from && node.site.range.to === site.range.to,
      ) ??
      calls[0] ??
      null
    );
  }

  /** True when the range lies in the text that can be edited. */
  owns(range: SourceRange | undefined | null): range is SourceRange {
    return ownRange(this.program, range);
  }

  text(range: SourceRange): string {
    return this.program.text.slice(range.from, range.to);
  }

  edit(from: number, to: number, text: string): TextEdit {
    return { file: this.program.path, from, to, text };
  }

  fact(name: string): unknown {
    return this.failure.facts[name];
  }

  number(name: string): number | null {
    const value = this.fact(name);
    return typeof value === 'number' ? value : null;
  }

  string(name: string): string | null {
    const value = this.fact(name);
    return typeof value === 'string' ? value : null;
  }

  /** Replaces the failure's own range. */
  replace(title: string, text: string): Fix | null {
    const { range } = this.failure;
    return this.owns(range) ? { title, edits: [this.edit(range.from, range.to, text)] } : null;
  }

  /** Sets an argument of a layer's constructor: in place when it is written, else as a new keyword. */
  setArgument(layer: Layer | null, name: string, value: string): TextEdit[] | null {
    if (layer === null || !this.owns(layer.site.range)) return null;
    const present = layer.args[name];
    if (present !== undefined)
      return this.owns(present) ? [this.edit(present.from, present.to, value)] : null;
    return this.addKeyword(layer.site.range, `${name}=${value}`);
  }

  /** Adds `name=value` to the constructor call that begins at the range. */
  addKeyword(call: SourceRange, argument: string): TextEdit[] | null {
    return addKeyword(this.program, call, argument);
  }

  /** Takes an argument out, with its keyword and one comma. `value` is the value expression's range. */
  removeArgument(value: SourceRange): TextEdit[] | null {
    if (!this.owns(value)) return null;
    const { text } = this.program;
    let from = value.from;
    const keyword = /[A-Za-z_]\w*\s*=\s*$/.exec(text.slice(0, from));
    if (keyword) from = keyword.index;
    let { to } = value;
    const after = /^\s*,\s*/.exec(text.slice(to));
    const before = /,\s*$/.exec(text.slice(0, from));
    if (before) from = before.index;
    else if (after) to += after[0].length;
    return [this.edit(from, to, '')];
  }

  /** Offset of the `)` that ends the call in which the first `(` at or after `call.from` opens. */
  closingParenthesis(call: SourceRange): number | null {
    const open = this.program.text.indexOf('(', call.from);
    if (open < 0 || open >= call.to) return null;
    return matching(this.program.text, open);
  }

  /** The callee of a constructor call: `layers.Conv2D`. */
  callee(call: SourceRange): { readonly text: string; readonly to: number } | null {
    const open = this.program.text.indexOf('(', call.from);
    if (open < 0 || open >= call.to) return null;
    const text = this.program.text.slice(call.from, open).trimEnd();
    return /^[\w.]+$/.test(text) ? { text, to: call.from + text.length } : null;
  }

  /** How another layer class is written beside `layer`: `layers.Flatten`, or `Flatten` with its import added. */
  className(layer: Layer | null, name: string): ClassName | null {
    const { text } = this.program;
    if (layer !== null && this.owns(layer.site.range)) {
      const callee = this.callee(layer.site.range);
      const dot = callee?.text.lastIndexOf('.') ?? -1;
      if (callee && dot > 0 && layer.builtin === layer.type)
        return { text: callee.text.slice(0, dot + 1) + name, edits: [] };
    }
    if (new RegExp(`^[ \\t]*from[ \\t]+[\\w.]*keras[\\w.]*\\.layers[ \\t]+import[^#\\n]*\\*`, 'm').test(text))
      return { text: name, edits: [] };
    const imported =
      /^[ \t]*from[ \t]+[\w.]*keras[\w.]*\.layers[ \t]+import[ \t]+(\(?)([^#\n)]*(?:\n[^)]*?)?)/gm;
    for (const found of text.matchAll(imported)) {
      const body = found[1] === '(' ? text.slice(found.index, text.indexOf(')', found.index)) : found[0];
      if (new RegExp(`\\b${name}\\b(?!\\s+as\\b)`).test(body)) return { text: name, edits: [] };
      const first =
        found.index +
        found[0].search(/import[ \t]+\(?/) +
        (/import[ \t]+\(?/.exec(found[0])?.[0].length ?? 0);
      const gap = /^\s*/.exec(text.slice(first))?.[0] ?? '';
      return { text: name, edits: [this.edit(first + gap.length, first + gap.length, `${name}, `)] };
    }
    const module =
      /^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:[\w, ]*\b)?layers\b|import[ \t]+[\w.]+[ \t]+as[ \t]+layers\b)/m.test(
        text,
      )
        ? 'layers'
        : /^import[ \t]+keras\b/m.test(text)
          ? 'keras.layers'
          : /^import[ \t]+tensorflow[ \t]+as[ \t]+tf\b/m.test(text)
            ? 'tf.keras.layers'
            : null;
    return module === null ? null : { text: `${module}.${name}`, edits: [] };
  }

  /**
   * Puts `constructor` (a call without its class prefix, e.g. `Reshape((7, 7))`) before the layer of this failure: as a
   * list element or `.add` line of a Sequential, or around the input of a functional call.
   */
  insertBefore(className: string, args: string, title: string): Fix | null {
    const { layer, node, program } = this;
    const name = this.className(layer, className);
    if (layer === null || name === null) return null;
    const call = `${name.text}(${args})`;
    const { range } = layer.site;
    if (node !== null) {
      // The call stands where the layer is called on a tensor: wrap the tensor.
      const input = node.args.inputs ?? node.args.input ?? node.args.x ?? Object.values(node.args)[0];
      if (input !== undefined && this.owns(input) && !within(input, range)) {
        return {
          title,
          edits: [...name.edits, this.edit(input.from, input.to, `${call}(${this.text(input)})`)],
        };
      }
    }
    if (!this.owns(range)) return null;
    const before = program.text.slice(0, range.from);
    const line = before.slice(before.lastIndexOf('\n') + 1);
    const add = /^([ \t]*)([\w.[\]]+\.add\([ \t]*)$/.exec(line);
    if (add)
      return {
        title,
        edits: [
          ...name.edits,
          this.edit(
            range.from - line.length,
            range.from - line.length,
            `${add[1]}${add[2].trimEnd()}${call})\n`,
          ),
        ],
      };
    if (!/[[,]\s*$/.test(before.replace(/#[^\n]*$/gm, '')) || !inList(before)) return null;
    const alone = /^[ \t]*$/.test(line);
    return {
      title,
      edits: [...name.edits, this.edit(range.from, range.from, alone ? `${call},\n${line}` : `${call}, `)],
    };
  }

  /** Another class in the same call: `Conv2D(` → `Conv1D(`. */
  changeClass(className: string, title: string): Fix | null {
    const { layer } = this;
    if (layer === null || !this.owns(layer.site.range)) return null;
    const callee = this.callee(layer.site.range);
    const name = this.className(layer, className);
    if (callee === null || name === null) return null;
    return { title, edits: [...name.edits, this.edit(layer.site.range.from, callee.to, name.text)] };
  }

  /** The layer whose output the failed call reads, through operations without a layer. */
  previousLayer(index = 0): Layer | null {
    let tensor = this.node?.inputs[index];
    for (let steps = 0; tensor !== undefined && steps < 50; steps++) {
      const { producer } = this.graph.tensors[tensor];
      if (producer === null) return null;
      const node = this.graph.nodes[producer];
      if (node.layer !== null && !node.internal) return this.graph.layers[node.layer];
      if (node.layer !== null && node.parent === null) return this.graph.layers[node.layer];
      tensor = node.inputs[0];
    }
    return null;
  }

  /** The layer that states the shape of an input: the `Input` itself, or the first layer after it by `input_shape`. */
  shapeGiver(input: Node): Layer | null {
    const own = input.layer === null ? null : this.graph.layers[input.layer];
    if (own === null || own.args.shape !== undefined) return own;
    const [tensor] = input.outputs;
    const reader = this.graph.nodes.find(({ inputs, layer }) => inputs.includes(tensor) && layer !== null);
    const first = reader?.layer == null ? undefined : this.graph.layers[reader.layer];
    return first?.args.input_shape === undefined ? own : first;
  }

  /** The `Input` that the tensor comes from, going back through first inputs. */
  inputLayer(index = 0): Layer | null {
    let tensor = this.node?.inputs[index];
    for (let steps = 0; tensor !== undefined && steps < 10000; steps++) {
      const { producer } = this.graph.tensors[tensor];
      if (producer === null) return null;
      const node = this.graph.nodes[producer];
      if (node.primitive.op === 'input') return this.shapeGiver(node);
      tensor = node.inputs[0];
    }
    return null;
  }
}

function within(inner: SourceRange, outer: SourceRange): boolean {
  return inner.file === outer.file && inner.from >= outer.from && inner.to <= outer.to;
}

/** Whether the innermost bracket left open at the end of `text` is that of a list. */
function inList(text: string): boolean {
  const open: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '#') while (i < text.length && text[i] !== '\n') i++;
    else if (char === '"' || char === "'") i = endOfString(text, i);
    else if ('([{'.includes(char)) open.push(char);
    else if (')]}'.includes(char)) open.pop();
  }
  return open[open.length - 1] === '[';
}

/** Index of the last character of the string literal that begins at `from`. */
function endOfString(text: string, from: number): number {
  const quote = text.startsWith(text[from].repeat(3), from) ? text[from].repeat(3) : text[from];
  let i = from + quote.length;
  while (i < text.length && !text.startsWith(quote, i)) i += text[i] === '\\' ? 2 : 1;
  return i + quote.length - 1;
}
