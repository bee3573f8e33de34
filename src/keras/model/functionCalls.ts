/**
 * Which call of which function of the program something was made in: frames of one call are told by the scope that they share,
 * so that a call counts once however many operators and native functions run in it.
 */
import type { CallId, ModelGraph } from '../../graph/graph';
import type { Frame, Machine } from '../../python/machine';

export class FunctionCalls {
  private readonly known = new WeakMap<object, CallId>();

  constructor(
    private readonly graph: ModelGraph,
    private readonly machine: Machine,
  ) {}

  /** The innermost call of a function with a source that is under way; undefined in module code. */
  current(): CallId | undefined {
    return this.at(this.machine.frames.length - 1);
  }

  private at(top: number): CallId | undefined {
    const { frames } = this.machine;
    let innermost = top;
    while (innermost >= 0 && !isFunction(frames[innermost])) innermost--;
    if (innermost < 0) return undefined;
    const { scope } = frames[innermost];
    if (scope === undefined) return undefined;
    const seen = this.known.get(scope);
    if (seen !== undefined) return seen;
    // Operators run in frames of their own above that of the call itself.
    let own = innermost;
    while (own > 0 && frames[own - 1].scope === scope) own--;
    const id = this.graph.calls.length;
    this.known.set(scope, id);
    const { callSite } = frames[own];
    const name = nameOf(frames[own]);
    this.graph.calls.push({ id, name, site: callSite, parent: null });
    const parent = this.at(own - 1);
    if (parent !== undefined) this.graph.calls[id] = { id, name, site: callSite, parent };
    return id;
  }
}

/** Methods that Python calls by itself go by the name of their class, as the program's text does. */
function nameOf({ name, fn }: Frame): string {
  const owner = fn?.kind === 'function' ? fn.owner : null;
  return owner !== null && /^__\w+__$/.test(name) ? owner.name : name;
}

function isFunction(frame: Frame): boolean {
  return frame.fn?.kind === 'function';
}
