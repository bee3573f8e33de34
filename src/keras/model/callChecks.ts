/** Calls that no layer takes, before it looks at shapes: on layers, on None, of a layer whose base class was never initialised. */
import type { SourceRange } from '../../graph/graph';
import type { Stmt } from '../../python/ast';
import { unknownBase } from '../../python/interpreter/classes';
import type { CallArgs } from '../../python/values';
import { KerasError } from '../definition';
import { userMethod } from './layerBuild';
import { layerStateOf, type LayerState } from './layerState';
import type { Recorder } from './recorder';
import { flatten, isTensor } from './structure';

/** Reports what is wrong with the call as such. True when something is: the result is a guess then. */
export function wrongCall(
  recorder: Recorder,
  state: LayerState,
  args: CallArgs,
  ranges: Readonly<Record<string, SourceRange>>,
): boolean {
  return (
    checkPositional(recorder, state, args, ranges) ||
    checkSuper(recorder, state) ||
    checkNone(recorder, state, args, ranges)
  );
}

/** Keras 3 refuses layers, classes and functions as positional arguments. True when there is one. */
function checkPositional(
  recorder: Recorder,
  state: LayerState,
  args: CallArgs,
  ranges: Readonly<Record<string, SourceRange>>,
): boolean {
  for (let i = 1; i < args.positional.length; i++) {
    const arg = args.positional[i];
    if (isTensor(arg.value)) continue;
    for (const leaf of flatten(arg.value)) {
      const layer = layerStateOf(leaf);
      const callable = leaf.kind === 'class' || leaf.kind === 'function' ? leaf : undefined;
      if (layer === undefined && callable === undefined) continue;
      if (layer !== undefined && recorder.silent.has(leaf)) return true;
      const what =
        layer !== undefined
          ? `the layer ${layer.layer.type} itself`
          : `the ${leaf.kind} ${callable?.name ?? ''}`;
      recorder.fail(
        new KerasError(
          'layer-as-tensor',
          `${state.layer.type} is called on ${what}, not on a tensor`,
          `Only input tensors may be passed as positional arguments. The following argument value should be passed as a keyword argument: ${recorder.machine.repr(leaf) ?? '…'}`,
          {
            facts: {
              isLayer: layer !== undefined,
              kind: leaf.kind,
              ...(layer === undefined
                ? {}
                : {
                    file: layer.layer.site.range.file,
                    from: layer.layer.site.range.from,
                    to: layer.layer.site.range.to,
                  }),
            },
          },
        ),
        {
          site: arg.range === null ? recorder.site() : { range: arg.range, stack: recorder.site().stack },
          layer: state.layer,
          callArgs: ranges,
        },
      );
      return true;
    }
  }
  return false;
}

/** A layer whose `__init__` never called that of its base class. True when it is one. */
function checkSuper(recorder: Recorder, state: LayerState): boolean {
  const { cls } = state.self;
  const init = recorder.machine.findClassAttr(cls, '__init__')?.value;
  if (state.initialised || init?.kind !== 'function' || unknownBase(cls) !== null) return false;
  if (state.unknownPart !== null || recorder.machine.probing) return false;
  // An `__init__` that could not be followed to its end may have come to it.
  if (callsInit(init.def.body)) return false;
  const first = Array.isArray(init.def.body) ? init.def.body.find(isStatement) : undefined;
  recorder.fail(
    new KerasError(
      'super-init',
      `${cls.name}.__init__() does not call that of its base class: super().__init__() comes first`,
      `In layer '${cls.name}', you forgot to call \`super().__init__()\` as the first statement in the \`__init__()\` method. Go add it!`,
      { exception: 'RuntimeError', facts: { class: cls.name, file: init.file, from: init.def.from } },
    ),
    {
      // Where the call belongs: the first statement after a docstring.
      site:
        first === undefined
          ? state.layer.site
          : {
              range: { file: init.file, from: first.from, to: first.to },
              stack: [state.layer.site.range, ...state.layer.site.stack],
            },
      layer: state.layer,
    },
  );
  return true;
}

const isStatement = (statement: Stmt): boolean =>
  statement.type !== 'Expr' || statement.value.type !== 'Constant';

/** Whether any `__init__` is called in the code. */
function callsInit(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(callsInit);
  const { type, attr } = node as { type?: string; attr?: string };
  if (type === 'Constant') return false;
  return (type === 'Attribute' && attr === '__init__') || Object.values(node).some(callsInit);
}

/** Keras needs a tensor where a layer takes its input. True when there is None. */
function checkNone(
  recorder: Recorder,
  state: LayerState,
  args: CallArgs,
  ranges: Readonly<Record<string, SourceRange>>,
): boolean {
  const first = args.positional[1];
  if (state.definition === null || userMethod(state, 'call') !== undefined || first === undefined)
    return false;
  const none =
    first.value.kind === 'none'
      ? first.value
      : state.definition.inputSpec === undefined &&
          (first.value.kind === 'list' || first.value.kind === 'tuple')
        ? first.value.items.find((item) => item.kind === 'none')
        : undefined;
  if (none?.kind !== 'none') return false;
  const { endOf } = none;
  if (endOf !== undefined && recorder.silent.has(endOf)) return true;
  if (endOf !== undefined) recorder.silent.add(endOf);
  recorder.fail(
    new KerasError(
      'input-none',
      endOf === undefined
        ? `${state.layer.type} is called on None, not on a tensor`
        : `${state.layer.type} is called on None: ${endOf.name}() ends without a return`,
      `Inputs to a layer should be tensors. Got 'None' (of type <class 'NoneType'>) as input for layer '${state.layer.name}'.`,
      {
        callArgument: 'inputs',
        facts: endOf === undefined ? {} : { function: endOf.name, file: endOf.file, to: endOf.def.to },
      },
    ),
    {
      site: first.range === null ? recorder.site() : { range: first.range, stack: recorder.site().stack },
      layer: state.layer,
      callArgs: ranges,
    },
  );
  return true;
}
