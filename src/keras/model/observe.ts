/** What the run shows of names: observations for hovers, and the names that models are bound to. */
import type { ModelBinding, Observation, SourceRange, TensorId } from '../../graph/graph';
import type { Observer } from '../../python/machine';
import type { InstanceValue, Value } from '../../python/values';
import { layerStateOf, type LayerState } from './layerState';
import type { Recorder } from './recorder';
import { toUnknown, valueToShape } from './shapes';
import { tensorDataOf } from './structure';

export class Observations implements Observer {
  /** Set once the machine exists. */
  recorder!: Recorder;
  readonly bindings = new Map<LayerState, ModelBinding[]>();
  /** Where a module-level name was bound last, for what is found in it at the end. */
  readonly globalRanges = new Map<string, SourceRange>();
  /** Names of tensors, and of objects of the program's own classes. */
  readonly tensors = new Map<TensorId, ModelBinding[]>();
  readonly objects = new Map<InstanceValue, ModelBinding>();
  private readonly results: {
    readonly state: LayerState;
    readonly name: string;
    readonly range: SourceRange;
  }[] = [];
  /** What was seen already, by file and place. */
  private readonly seen = new Map<string, Map<number, string | number | (string | number)[]>>();

  /** `isMain`: whether ranges in the file belong to the analysed program. */
  constructor(private readonly isMain: (file: string) => boolean) {}

  readonly bind: NonNullable<Observer['bind']> = (name, range, value, scope) => {
    if (!this.isMain(range.file)) return;
    const moduleLevel = scope.kind === 'module';
    if (value.kind === 'native') this.recorder.misspelt(value, range);
    const state = layerStateOf(value);
    if (state?.isModel === true) this.add(state, { name, range, moduleLevel });
    if (value.kind === 'instance') this.noteName(value, { name, range, moduleLevel });
    if (moduleLevel) this.globalRanges.set(name, range);
    this.observe(name, range, value);
  };

  readonly mistake: NonNullable<Observer['mistake']> = (mistake) => this.recorder.mistake(mistake);

  private noteName(value: InstanceValue, binding: ModelBinding): void {
    const tensor = tensorDataOf(value)?.tensor;
    if (tensor !== undefined) {
      const known = this.tensors.get(tensor);
      if (known === undefined) this.tensors.set(tensor, [binding]);
      else if (known.length < 8) known.push(binding);
    } else if (value.cls.def !== null && binding.name !== 'self') {
      const known = this.objects.get(value);
      if (known === undefined || (!known.moduleLevel && binding.moduleLevel))
        this.objects.set(value, binding);
    }
  }

  readonly read: NonNullable<Observer['read']> = (text, range, value) => {
    if (this.isMain(range.file)) this.observe(text, range, value);
  };

  readonly called: NonNullable<Observer['called']> = (range, callee, result, moduleLevel) => {
    if (!moduleLevel || !this.isMain(range.file)) return;
    const state = layerStateOf(result);
    if (state?.isModel !== true) return;
    const name = 'name' in callee && typeof callee.name === 'string' ? callee.name : 'call';
    this.results.push({ state, name: `${name}()`, range });
  };

  private add(state: LayerState, binding: ModelBinding): void {
    const bindings = this.bindings.get(state) ?? [];
    const same = bindings.some(
      (other) =>
        other.name === binding.name &&
        other.range.from === binding.range.from &&
        other.range.file === binding.range.file,
    );
    if (!same) bindings.push(binding);
    this.bindings.set(state, bindings);
  }

  /** At the end of the run: models within containers and objects of the module, and results that no name holds. */
  finish(globals: ReadonlyMap<string, Value>): void {
    for (const [name, value] of globals) {
      const range = this.globalRanges.get(name);
      if (range !== undefined) this.search(name, value, range, 0, new Set());
    }
    for (const { state, name, range } of this.results) {
      if ((this.bindings.get(state) ?? []).some((binding) => binding.moduleLevel)) continue;
      this.add(state, { name, range, moduleLevel: true });
    }
  }

  private search(name: string, value: Value, range: SourceRange, depth: number, path: Set<Value>): void {
    if (depth > 4 || path.has(value)) return;
    path.add(value);
    const state = layerStateOf(value);
    if (state !== undefined) {
      if (depth > 0 && state.isModel)
        this.add(state, { name, range: this.attributeRange(state, name) ?? range, moduleLevel: true });
    } else if (value.kind === 'list' || value.kind === 'tuple') {
      value.items.forEach((item, i) => this.search(`${name}[${i}]`, item, range, depth + 1, path));
    } else if (value.kind === 'dict') {
      for (const { key, value: item } of value.entries.values()) {
        if (key.kind === 'str') this.search(`${name}['${key.value}']`, item, range, depth + 1, path);
        else if (key.kind === 'int') this.search(`${name}[${key.value}]`, item, range, depth + 1, path);
      }
    } else if (value.kind === 'instance' && value.cls.def !== null) {
      for (const [key, item] of value.attrs) this.search(`${name}.${key}`, item, range, depth + 1, path);
    }
    path.delete(value);
  }

  /** Where `self.model = …` bound what is now `trainer.model`. */
  private attributeRange(state: LayerState, name: string): SourceRange | undefined {
    const attribute = name.slice(name.lastIndexOf('.'));
    return this.bindings
      .get(state)
      ?.find((binding) => attribute.startsWith('.') && binding.name.endsWith(attribute))?.range;
  }

  private observe(name: string, range: SourceRange, value: Value): void {
    // Tensors and layers, the most of them, are told by number: ids of tensors, and those of layers below zero.
    if (value.kind === 'instance') {
      const tensor = tensorDataOf(value)?.tensor;
      if (tensor !== undefined) {
        if (this.isNew(range, tensor)) this.keep(range, name, { kind: 'tensor', tensor });
        return;
      }
      const layer = layerStateOf(value);
      if (layer !== undefined && this.isNew(range, -1 - layer.id))
        this.keep(range, name, { kind: 'layer', layer: layer.id });
      return;
    }
    const seen = this.describe(name, value);
    if (seen !== null && this.isNew(range, seen[0])) this.keep(range, name, seen[1]);
  }

  private keep(range: SourceRange, name: string, seen: Observation['seen']): void {
    this.recorder.graph.observations.push({ range, name, seen });
  }

  /** Whether this was not seen at this place before; it is from now on. */
  private isNew(range: SourceRange, what: string | number): boolean {
    let places = this.seen.get(range.file);
    if (places === undefined) this.seen.set(range.file, (places = new Map()));
    // Unique for texts of up to two million characters; longer ones only lose an observation.
    const place = range.from * 2 ** 21 + range.to;
    const here = places.get(place);
    if (here === undefined) places.set(place, what);
    else if (typeof here !== 'object') {
      if (here === what) return false;
      places.set(place, [here, what]);
    } else if (here.includes(what)) return false;
    else here.push(what);
    return true;
  }

  /** What is shown of a plain value, and what tells it from others. */
  private describe(name: string, value: Value): readonly [string, Observation['seen']] | null {
    switch (value.kind) {
      case 'tuple': {
        if (!/shape/i.test(name)) return null;
        const shape = valueToShape(value);
        return shape === undefined ? null : [`s${JSON.stringify(shape)}`, { kind: 'shape', shape }];
      }
      case 'int':
      case 'float':
      case 'bool':
      case 'str':
        return [
          `v${String(value.value)}`,
          {
            kind: 'value',
            text:
              value.kind === 'str'
                ? JSON.stringify(value.value)
                : value.kind === 'bool'
                  ? value.value
                    ? 'True'
                    : 'False'
                  : String(value.value),
          },
        ];
      case 'unknown':
        return [`u${value.reason}`, { kind: 'unknown', unknown: toUnknown(value) }];
      default:
        return null;
    }
  }
}
