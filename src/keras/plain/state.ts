/**
 * What a run keeps of plain TensorFlow, beside Keras: variable scopes with what was made in them, argument scopes, which
 * of the program's own calls each step ran in, and which steps belong to a loss.
 */
import type { LayerId, NodeId, TensorId } from '../../graph/graph';
import type { Frame, Machine } from '../../python/machine';
import { NameCounter } from '../model/names';
import type { FunctionValue, InstanceValue, Value } from '../../python/values';

/** One entry into `tf.variable_scope`. */
export interface VariableScope {
  /** The full name, `a/b`; null when it is not known, so that nothing made in it can be found again. */
  readonly name: string | null;
  /** Whether variables that exist are given again; `auto` where they are and others are made. */
  reuse: boolean | 'auto';
  /** `initializer`, for variables that state none. */
  readonly initializer: Value | null;
  /** How often a default name was taken in this entry: TensorFlow counts anew in each. */
  readonly taken: Map<string, number>;
}

/** `slim.arg_scope`: arguments by the function that they are for. */
export type ArgumentScope = ReadonlyMap<string, ReadonlyMap<string, Value>>;

export class PlainState {
  /** Set once TensorFlow itself is imported: nothing is kept before. */
  active = false;
  /** Names of steps. */
  readonly names = new NameCounter();
  readonly scopes: VariableScope[] = [{ name: '', reuse: false, initializer: null, taken: new Map() }];
  readonly argumentScopes: ArgumentScope[] = [];
  /** By full name. */
  readonly variables = new Map<string, InstanceValue>();
  /** Layers of `tf.layers` and slim, by full name. */
  readonly layers = new Map<string, InstanceValue>();
  /** Layers that functions made, rather than the program: their steps are those of a plain network. */
  readonly functionLayers = new Set<LayerId>();
  /** The program's own calls that a step ran in, outermost first. */
  readonly calls = new Map<NodeId, readonly Frame[]>();
  /** Steps that compute a loss or a measure. */
  readonly objectives = new Set<NodeId>();
  /** What `tf.function(input_signature=…)` says that a function is called with. */
  readonly signatures = new Map<FunctionValue, readonly Value[]>();
  readonly placeholders = new Set<TensorId>();

  get scope(): VariableScope {
    return this.scopes[this.scopes.length - 1];
  }

  /** Full name of `name` in the current scope; null when it is not known. */
  fullName(name: string): string | null {
    const { name: scope } = this.scope;
    return scope === null ? null : scope === '' ? name : `${scope}/${name}`;
  }

  /** `conv2d`, then `conv2d_1`, … within one entry of a scope. */
  defaultName(base: string): string {
    const { taken } = this.scope;
    const count = taken.get(base) ?? 0;
    taken.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  }

  /** Notes in which calls of the program's own functions the step runs. */
  note(node: NodeId, machine: Machine): void {
    if (!this.active) return;
    const frames = machine.frames.filter(
      ({ fn }) => fn !== null && fn.kind === 'function' && fn.def.type !== 'Lambda',
    );
    if (frames.length > 0) this.calls.set(node, frames);
  }
}
