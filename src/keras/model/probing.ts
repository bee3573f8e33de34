/**
 * Looks into what the program defines and never runs: models and layers never called, classes never instantiated,
 * functions never called. Everything found carries the mark `probed`.
 */
import type { Shape } from '../../graph/graph';
import type { Machine } from '../../python/machine';
import type { Directive } from '../../python/ast';
import {
  unknown,
  type Arg,
  type CallArgs,
  type ClassValue,
  type FunctionValue,
  type InstanceValue,
  type UnknownValue,
  type Value,
} from '../../python/values';
import { probePlainClasses, withSignature } from '../plain/probing';
import { assumedShape } from './input';
import { callLayer } from './layerCall';
import { userMethod } from './layerBuild';
import { LayerState, layerStateOf } from './layerState';
import type { Recorder } from './recorder';
import { buildSequential } from './sequentialBuild';
import { toUnknown, valueToShape } from './shapes';
import { statedShapes as directiveShapes } from './stated';

export interface ProbeOptions {
  /** `# convlens: …` comments of the program. */
  readonly directives: readonly Directive[];
  /** Instances of the program's own classes that it holds by name. */
  readonly objects?: ReadonlyMap<InstanceValue, unknown>;
}

/** Runs all probes. */
export function probeAll(recorder: Recorder, options: ProbeOptions): void {
  const { machine } = recorder;
  for (const state of [...recorder.layers]) if (isOpenSequential(state)) buildAsStated(recorder, state);
  for (const state of [...recorder.layers])
    if (state.isModel && state.calls.length === 0 && userMethod(state, 'call') !== undefined)
      probeCall(recorder, state, options);
  const { functions, classes } = machine.uncalled();
  for (const cls of classes)
    if (cls.instances === 0 && cls.mro.includes(recorder.classes.Layer)) probeClass(recorder, cls, options);
  for (const fn of functions)
    if (fn.calls === 0)
      keep(recorder, () => machine.call(fn, withSignature(recorder, fn, unknownArguments(machine, fn, 0))));
  if (recorder.plain.active)
    probePlainClasses(recorder, classes, options.objects?.keys() ?? [], {
      keep: (body) => keep(recorder, body),
      unknownArguments: (fn, skip) => unknownArguments(machine, fn, skip),
    });
}

/** A Sequential that nothing has said the input of. */
function isOpenSequential(state: LayerState): boolean {
  return state.role === 'sequential' && state.functional === null && state.calls.length === 0;
}

/** Builds it for the input that a comment behind its constructor states. */
function buildAsStated(recorder: Recorder, state: LayerState): void {
  const { site } = state.layer;
  const shape = assumedShape(recorder, site);
  if (shape !== undefined)
    recorder.drive(site, () => recorder.within(null, () => buildSequential(state, shape)));
}

/** Runs a probe and keeps what it found out of the layers. */
function keep(recorder: Recorder, body: () => void): void {
  recorder.machine.probe(body, (what) => what instanceof LayerState);
}

function probeClass(recorder: Recorder, cls: ClassValue, options: ProbeOptions): void {
  const { machine } = recorder;
  keep(recorder, () => {
    const init = machine.findClassAttr(cls, '__init__')?.value;
    const args = init?.kind === 'function' ? unknownArguments(machine, init, 1) : anyArguments(machine, cls);
    const state = layerStateOf(machine.instantiate(cls, args));
    if (state !== undefined && state.calls.length === 0 && userMethod(state, 'call') !== undefined)
      callOnAssumed(recorder, state, options);
  });
}

function probeCall(recorder: Recorder, state: LayerState, options: ProbeOptions): void {
  keep(recorder, () => callOnAssumed(recorder, state, options));
}

/** Calls on the input that the program states, in a comment or by `build(shape)`, else on one of unknown shape. */
function callOnAssumed(recorder: Recorder, state: LayerState, options: ProbeOptions): void {
  const { machine } = recorder;
  const call = userMethod(state, 'call');
  const parameters =
    call?.kind === 'function'
      ? call.def.params
          .slice(1)
          .filter((param) => param.kind === 'positional' || param.kind === 'positionalOnly')
      : [];
  const required =
    call?.kind === 'function' ? parameters.filter((param) => !call.defaults.has(param.name)) : parameters;
  const shapes = statedShapes(machine, state, options) ?? [];
  const positional: Arg[] = [{ value: state.self, range: null }];
  const count = Math.max(1, required.length);
  for (let i = 0; i < count; i++) {
    const shape: Shape =
      shapes[i] ??
      toUnknown(
        unknown(
          `what ${state.layer.type} is called with is not known: nothing calls it`,
          state.layer.site.range,
        ),
      );
    positional.push({ value: recorder.constant({ shape, dtype: 'float32' }), range: null });
  }
  const args: CallArgs = {
    positional,
    keywords: new Map(),
    openPositional: null,
    openKeywords: null,
    range: null,
  };
  recorder.drive(state.layer.site, () => callLayer(recorder, state, args));
}

function statedShapes(
  machine: Machine,
  state: LayerState,
  { directives }: ProbeOptions,
): readonly Shape[] | undefined {
  const { cls } = state.self;
  for (const directive of directives) {
    if (cls.def === null || directive.file !== cls.file || !belongsTo(directive, cls.def)) continue;
    const shapes = directiveShapes(directive);
    if (shapes !== undefined) return shapes;
  }
  if (state.builtWith === null) return undefined;
  const items = state.builtWith.kind === 'list' ? state.builtWith.items : [state.builtWith];
  const nested = items.every((item) => item.kind === 'tuple' || item.kind === 'list')
    ? items
    : [state.builtWith];
  return nested.map(
    (item) => valueToShape(item) ?? toUnknown(machine.unknown('the shape given to build() is not known')),
  );
}

/** In the class, at its head, or on the line before it. */
function belongsTo(directive: Directive, def: { readonly from: number; readonly to: number }): boolean {
  return (
    directive.from >= def.from - 200 &&
    directive.from <= def.to &&
    (directive.from >= def.from || directive.to >= def.from - 2)
  );
}

/** What a class that takes its base's arguments may be made with. */
function anyArguments(machine: Machine, cls: ClassValue): CallArgs {
  const open = unknown(`what ${cls.name} is made with is not known: nothing makes one`);
  return { ...machine.args([]), openPositional: open, openKeywords: open };
}

/** Unknown values for the parameters without defaults. */
function unknownArguments(machine: Machine, fn: FunctionValue, skip: number): CallArgs {
  const values: Value[] = [];
  for (const param of fn.def.params.slice(skip)) {
    if (param.kind !== 'positional' && param.kind !== 'positionalOnly') break;
    if (fn.defaults.has(param.name)) break;
    values.push(
      unknown(`argument "${param.name}" of ${fn.name}() is not known: nothing calls it`, {
        file: fn.file,
        from: param.from,
        to: param.to,
      }),
    );
  }
  const keywords: Record<string, Value> = {};
  for (const param of fn.def.params) {
    if (param.kind === 'keyword' && !fn.defaults.has(param.name))
      keywords[param.name] = unknown(
        `argument "${param.name}" of ${fn.name}() is not known: nothing calls it`,
      );
  }
  const open = (kind: string): UnknownValue | null =>
    fn.def.params.some((param) => param.kind === kind)
      ? unknown(`what ${fn.name}() is called with is not known: nothing calls it`)
      : null;
  return { ...machine.args(values, keywords), openPositional: open('args'), openKeywords: open('kwargs') };
}
