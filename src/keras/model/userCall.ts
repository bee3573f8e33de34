/** Runs the `call` of a program's own layer or model, with what Keras hands it: the arguments it takes, floats in its dtype. */
import type { Node } from '../../graph/graph';
import { PyRaise } from '../../python/machine';
import type { CallArgs, Value } from '../../python/values';
import { KerasError } from '../definition';
import { withoutSelf } from './callArguments';
import { computeDtypeOf, isFloat } from './config';
import type { LayerState } from './layerState';
import { castTo } from './modelCall';
import type { Recorder } from './recorder';
import { mapArgs, tensorDataOf } from './structure';

/** The program's own `call`; an exception in it that nobody catches leaves the result unknown. */
export function runUserCall(recorder: Recorder, state: LayerState, node: Node, args: CallArgs): Value {
  const { machine } = recorder;
  const call = machine.getAttr(state.self, 'call');
  const specified = recorder.takeUncast();
  const dtype =
    recorder.kerasVersion === 3 && state.policy && !specified ? computeDtypeOf(state.policy) : null;
  return recorder.within(node.id, () =>
    recorder.userCode(() => {
      const { autocast: around, inCall } = recorder;
      try {
        recorder.autocast = dtype;
        recorder.inCall = true;
        const given = dtype === null ? args : mapArgs(args, (leaf) => castLeaf(recorder, leaf, dtype));
        const passed = accepted(recorder, call, withoutSelf(given));
        if (lacksSelf(recorder, state, node, call, passed))
          return machine.unknown(`${state.layer.type}.call() does not take \`self\``);
        return machine.call(call, passed);
      } catch (error) {
        if (!(error instanceof PyRaise)) throw error;
        const name = error.value.kind === 'instance' ? error.value.cls.name : 'Exception';
        if (machine.wouldCatch(name)) throw error;
        if (error.mistake !== null) recorder.mistake(error.mistake, node);
        const message = error.value.kind === 'instance' ? machine.str(error.value) : undefined;
        node.unknown = recorder.unknown(
          `${state.layer.type}.call() raises ${name}${message === undefined || message === '' ? '' : `: ${message}`}`,
        );
        return machine.unknown(node.unknown.reason);
      } finally {
        recorder.autocast = around;
        recorder.inCall = inCall;
      }
    }),
  );
}

/** `def call(x)`: as many parameters as arguments, and so none for the layer itself. Reports it at the definition. */
function lacksSelf(recorder: Recorder, state: LayerState, node: Node, call: Value, args: CallArgs): boolean {
  if (call.kind !== 'method' || call.fn.kind !== 'function' || call.fn.def.type !== 'FunctionDef')
    return false;
  const { def, file } = call.fn;
  const first = def.params[0];
  if (
    def.params.some(({ kind }) => kind === 'args') ||
    first?.name === 'self' ||
    def.params.filter(({ kind }) => kind === 'positional').length !== args.positional.length ||
    args.openPositional !== null
  )
    return false;
  node.failed = true;
  recorder.fail(
    new KerasError(
      'missing-self',
      `${def.name}() gets the layer itself first, but has no parameter \`self\` for it`,
      `${state.layer.type}.${def.name}() takes ${args.positional.length} positional argument${args.positional.length === 1 ? '' : 's'} but ${args.positional.length + 1} were given`,
      { exception: 'TypeError', facts: { name: def.name } },
    ),
    {
      site: {
        range: { file, from: def.nameFrom, to: def.nameFrom + def.name.length },
        stack: recorder.site().stack,
      },
      layer: state.layer,
      node,
    },
  );
  return true;
}

/** Keras 3 hands float tensors to a layer's `call` in the dtype that the layer computes in. */
function castLeaf(recorder: Recorder, leaf: Value, dtype: string): Value {
  const data = tensorDataOf(leaf);
  if (data === undefined) return leaf;
  const ref = recorder.ref(data.tensor);
  if (ref.dtype === null || !isFloat(ref.dtype) || ref.dtype === dtype) return leaf;
  return recorder.valueOf(castTo(recorder, ref, dtype).tensor);
}

/** Keras passes `training` and `mask` on only to a `call` that takes them; to one that requires them, from its context. */
function accepted(recorder: Recorder, call: Value, args: CallArgs): CallArgs {
  if (call.kind !== 'method' || call.fn.kind !== 'function') return args;
  const { params } = call.fn.def;
  const { defaults } = call.fn;
  const keywords = new Map(args.keywords);
  params.slice(1).forEach(({ name, kind }, i) => {
    if ((name !== 'training' && name !== 'mask') || keywords.has(name) || defaults.has(name)) return;
    if (kind === 'positional' && args.positional.length > i) return;
    if (kind === 'positional' || kind === 'keyword')
      keywords.set(name, {
        value: recorder.machine.unknown(`what Keras gives call() as ${name} is not known`),
        range: null,
        nameRange: null,
      });
  });
  if (params.some((param) => param.kind === 'kwargs')) return { ...args, keywords };
  for (const name of ['training', 'mask'])
    if (!params.some((param) => param.name === name)) keywords.delete(name);
  return { ...args, keywords };
}
