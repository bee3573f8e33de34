/**
 * Remembers what a side of an undecided branch changes, so that it can be undone and joined with the other side. Every
 * mutation in the interpreter and its libraries goes through `touch` first.
 */
import type {
  ClassValue,
  DictValue,
  FunctionValue,
  InstanceValue,
  IteratorValue,
  ListValue,
  Mutable,
  Scope,
  SetValue,
  UnknownValue,
  Value,
} from '../values';
import { LazyIterator } from './lazy';

export type Touchable =
  | Mutable
  | InstanceValue
  | ListValue
  | DictValue
  | SetValue
  | IteratorValue
  | Scope
  | ClassValue
  | FunctionValue;

/** A copy of a touchable's content; never changed once made. */
type State =
  | { readonly of: 'attrs'; readonly attrs: ReadonlyMap<string, Value> | null; readonly data: unknown }
  | { readonly of: 'list'; readonly items: readonly Value[]; readonly tail: UnknownValue | null }
  | { readonly of: 'dict'; readonly entries: DictValue['entries']; readonly tail: UnknownValue | null }
  | { readonly of: 'set'; readonly entries: SetValue['entries']; readonly tail: UnknownValue | null }
  | { readonly of: 'iterator'; readonly position: number; readonly tail: UnknownValue | null | undefined }
  | { readonly of: 'scope'; readonly vars: ReadonlyMap<string, Value> }
  | { readonly of: 'mutable'; readonly saved: unknown }
  | { readonly of: 'created' };

/** Made inside the frame: nobody outside knows it, so there is nothing to put back. */
const CREATED: State = { of: 'created' };

/** End states of what one path touched. */
export type States = Map<Touchable, State>;

export interface TrailFrame {
  readonly saved: States;
  readonly conditional: boolean;
}

export interface Joins {
  value(a: Value, b: Value): Value;
  mutable(what: Mutable, a: unknown, b: unknown): void;
  /** Why something differs between paths. */
  cause(): UnknownValue;
}

export class Trail {
  private readonly frames: TrailFrame[] = [];
  private top: TrailFrame | null = null;
  private conditionals = 0;

  get conditional(): boolean {
    return this.conditionals > 0;
  }

  touch(what: Touchable): void {
    if ('of' in what && what.of !== undefined) return this.touch(what.of);
    if (this.top !== null && !this.top.saved.has(what)) this.top.saved.set(what, snapshot(what));
  }

  /** `what` was just made: it need not be copied for the frame around this point. */
  created(what: Touchable): void {
    if (this.top !== null && !this.top.saved.has(what)) this.top.saved.set(what, CREATED);
  }

  begin(conditional: boolean): TrailFrame {
    this.top = { saved: new Map(), conditional };
    this.frames.push(this.top);
    if (conditional) this.conditionals++;
    return this.top;
  }

  private pop(): TrailFrame {
    const frame = this.frames.pop()!;
    if (frame.conditional) this.conditionals--;
    this.top = this.frames.length > 0 ? this.frames[this.frames.length - 1] : null;
    return frame;
  }

  /** Ends the innermost frame: gives what it changed and puts everything back as it was. */
  undo(): States {
    const frame = this.pop();
    const states: States = new Map();
    for (const [what, state] of frame.saved) if (state !== CREATED) states.set(what, snapshot(what));
    for (const [what, state] of frame.saved) if (state !== CREATED) restore(what, state);
    return states;
  }

  /** Like `undo`, but what `keeps` names stays as it is now. */
  undoExcept(keeps: (what: Mutable) => boolean): void {
    for (const [what, state] of this.undo())
      if (state.of === 'mutable' && keeps(what as Mutable)) restore(what, state);
  }

  /** Ends the innermost frame, keeping its changes as changes of the one around it. */
  keep(): TrailFrame {
    const frame = this.pop();
    if (this.top !== null) {
      for (const [what, state] of frame.saved) if (!this.top.saved.has(what)) this.top.saved.set(what, state);
    }
    return frame;
  }

  /**
   * Makes the end states of a path that left inside the innermost frame complete with respect to the frame around it:
   * what that frame had changed before the path left belongs to the path too.
   */
  extend(states: States): void {
    const inner = this.frames[this.frames.length - 1];
    const outer = this.frames[this.frames.length - 2];
    if (outer === undefined) return;
    for (const [what, before] of outer.saved) {
      const changed = inner.saved.get(what);
      if (before === CREATED) {
        // Made before the path left: it matters only if it has changed since, and then to all paths.
        if (changed === undefined) continue;
        outer.saved.set(what, changed);
      }
      if (!states.has(what)) states.set(what, changed ?? snapshot(what));
    }
  }

  /** Brings about the join of several paths' end states, starting from the state before them. */
  apply(paths: readonly States[], joins: Joins): void {
    const touched = new Set<Touchable>();
    for (const path of paths) for (const what of path.keys()) touched.add(what);
    for (const what of touched) {
      this.touch(what);
      const base = paths.every((path) => path.has(what)) ? null : snapshot(what);
      let joined = paths[0].get(what) ?? base!;
      for (let i = 1; i < paths.length; i++) joined = join(what, joined, paths[i].get(what) ?? base!, joins);
      restore(what, joined);
    }
  }

  /** Ends frames that an error has left open, as changes of the frame at `depth`. */
  collapse(depth: number): void {
    while (this.frames.length > depth) this.keep();
  }
  get depth(): number {
    return this.frames.length;
  }
}

function snapshot(what: Touchable): State {
  if (!('kind' in what)) return { of: 'mutable', saved: what.save() };
  if ('vars' in what) return { of: 'scope', vars: new Map(what.vars) };
  switch (what.kind) {
    case 'instance':
      return { of: 'attrs', attrs: new Map(what.attrs), data: what.data };
    case 'class':
      return { of: 'attrs', attrs: new Map(what.attrs), data: null };
    case 'function':
      return { of: 'attrs', attrs: what.attrs === null ? null : new Map(what.attrs), data: null };
    case 'list':
      return { of: 'list', items: what.items.slice(), tail: what.tail };
    case 'dict':
      return { of: 'dict', entries: new Map(what.entries), tail: what.tail };
    case 'set':
      return { of: 'set', entries: new Map(what.entries), tail: what.tail };
    case 'iterator':
      // What has not been worked out yet is not worked out for a copy.
      return {
        of: 'iterator',
        position: what.position,
        tail: what instanceof LazyIterator && !what.forced ? undefined : what.tail,
      };
  }
}

function refill<V>(map: Map<string, V>, from: ReadonlyMap<string, V>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}

function restore(what: Touchable, state: State): void {
  switch (state.of) {
    case 'attrs': {
      const target = what as InstanceValue | ClassValue | FunctionValue;
      if (target.kind === 'function') target.attrs = state.attrs === null ? null : new Map(state.attrs);
      else refill(target.attrs, state.attrs!);
      if (target.kind === 'instance') target.data = state.data;
      return;
    }
    case 'list': {
      const list = what as ListValue;
      list.items = state.items.slice();
      list.tail = state.tail;
      return;
    }
    case 'dict':
    case 'set': {
      const target = what as DictValue | SetValue;
      refill(target.entries as Map<string, unknown>, state.entries as ReadonlyMap<string, unknown>);
      target.tail = state.tail;
      return;
    }
    case 'iterator':
      (what as IteratorValue).position = state.position;
      if (state.tail !== undefined) (what as IteratorValue).tail = state.tail;
      return;
    case 'scope':
      refill((what as Scope).vars as Map<string, Value>, state.vars);
      return;
    case 'mutable':
      (what as Mutable).restore(state.saved);
      return;
    case 'created':
  }
}

function join(what: Touchable, a: State, b: State, joins: Joins): State {
  switch (a.of) {
    case 'attrs': {
      const other = b as typeof a;
      const attrs =
        a.attrs === null
          ? other.attrs
          : other.attrs === null
            ? a.attrs
            : joinMaps(a.attrs, other.attrs, joins);
      return { of: 'attrs', attrs, data: a.data };
    }
    case 'scope':
      return { of: 'scope', vars: joinMaps(a.vars, (b as typeof a).vars, joins) };
    case 'list': {
      const other = b as typeof a;
      return { of: 'list', ...joinItems(a.items, a.tail, other.items, other.tail, joins) };
    }
    case 'dict': {
      const other = b as typeof a;
      return { of: 'dict', ...joinEntries(a.entries, a.tail, other.entries, other.tail, joins) };
    }
    case 'set': {
      const other = b as typeof a;
      return { of: 'set', ...joinMembers(a.entries, a.tail, other.entries, other.tail, joins) };
    }
    case 'iterator': {
      const other = b as typeof a;
      if (a.position === other.position) return a;
      // How far it has been read differs: what comes next is not known.
      return { of: 'iterator', position: Number.MAX_SAFE_INTEGER, tail: joins.cause() };
    }
    case 'mutable': {
      const target = what as Mutable;
      joins.mutable(target, a.saved, (b as typeof a).saved);
      return { of: 'mutable', saved: target.save() };
    }
    case 'created':
      return b;
  }
}

/**
 * A name bound on one path only keeps its value: reading it on the other would raise, and a path that raises does not
 * take part.
 */
function joinMaps(
  a: ReadonlyMap<string, Value>,
  b: ReadonlyMap<string, Value>,
  joins: Joins,
): ReadonlyMap<string, Value> {
  const joined = new Map(a);
  for (const [name, value] of b) {
    const other = a.get(name);
    if (other === undefined) joined.set(name, value);
    else if (other !== value) joined.set(name, joins.value(other, value));
  }
  return joined;
}

export function joinItems(
  a: readonly Value[],
  aTail: UnknownValue | null,
  b: readonly Value[],
  bTail: UnknownValue | null,
  joins: Joins,
): { items: Value[]; tail: UnknownValue | null } {
  const common = Math.min(a.length, b.length);
  const items: Value[] = [];
  for (let i = 0; i < common; i++) items.push(a[i] === b[i] ? a[i] : joins.value(a[i], b[i]));
  const tail = aTail ?? bTail ?? (a.length === b.length ? null : joins.cause());
  return { items, tail };
}

export function joinEntries(
  a: DictValue['entries'],
  aTail: UnknownValue | null,
  b: DictValue['entries'],
  bTail: UnknownValue | null,
  joins: Joins,
): { entries: DictValue['entries']; tail: UnknownValue | null } {
  const entries: DictValue['entries'] = new Map();
  let tail = aTail ?? bTail;
  for (const [hash, entry] of a) {
    const other = b.get(hash);
    if (other === undefined) {
      tail ??= joins.cause();
      entries.set(hash, { ...entry, maybe: true });
    } else if (other === entry) entries.set(hash, entry);
    else {
      const value = other.value === entry.value ? entry.value : joins.value(entry.value, other.value);
      entries.set(
        hash,
        entry.maybe || other.maybe ? { key: entry.key, value, maybe: true } : { key: entry.key, value },
      );
    }
  }
  for (const [hash, entry] of b) {
    if (a.has(hash)) continue;
    tail ??= joins.cause();
    entries.set(hash, { ...entry, maybe: true });
  }
  return { entries, tail };
}

export function joinMembers(
  a: SetValue['entries'],
  aTail: UnknownValue | null,
  b: SetValue['entries'],
  bTail: UnknownValue | null,
  joins: Joins,
): { entries: SetValue['entries']; tail: UnknownValue | null } {
  const entries: SetValue['entries'] = new Map();
  for (const [hash, member] of a) if (b.has(hash)) entries.set(hash, member);
  const differ = entries.size !== a.size || entries.size !== b.size;
  return { entries, tail: aTail ?? bTail ?? (differ ? joins.cause() : null) };
}
