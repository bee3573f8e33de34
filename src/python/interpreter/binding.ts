/** Matches the arguments of a call to the parameters of a native signature. */
import type { Bound, Parameter } from '../machine';
import type { SourceRange } from '../source';
import type { CallArgs, DictValue, Value } from '../values';
import { str, tuple, unknown, list } from '../values';

/** What is asked of a signature on every call, worked out once: signatures are constants that many calls share. */
interface Compiled {
  readonly parameters: readonly Parameter[];
  /** Places of all parameters by name. */
  readonly places: ReadonlyMap<string, number>;
  /** Places that positional arguments fill, in order. */
  readonly positional: readonly number[];
  readonly defaults: readonly (Value | undefined)[];
  /** Places of `*args` and `**kwargs`; -1 without. */
  readonly rest: number;
  readonly more: number;
}

const compiled = new WeakMap<readonly Parameter[], Compiled>();

function compile(parameters: readonly Parameter[]): Compiled {
  let made = compiled.get(parameters);
  if (made === undefined) {
    const places = new Map<string, number>();
    parameters.forEach(({ name }, place) => places.set(name, place));
    made = {
      parameters,
      places,
      positional: parameters.flatMap(({ kind }, place) =>
        kind === undefined || kind === 'positional' ? [place] : [],
      ),
      defaults: parameters.map((parameter) => parameter.default),
      rest: parameters.findIndex(({ kind }) => kind === 'args'),
      more: parameters.findIndex(({ kind }) => kind === 'kwargs'),
    };
    compiled.set(parameters, made);
  }
  return made;
}

/**
 * Values by parameter name, kept by place: a layer has some twenty parameters of which a call gives two or three, and a
 * map of all of them for every call was a tenth of what an analysis allocated.
 */
class BoundValues implements ReadonlyMap<string, Value> {
  constructor(
    private readonly signature: Compiled,
    private readonly slots: (Value | undefined)[],
  ) {}

  get(name: string): Value | undefined {
    const place = this.signature.places.get(name);
    return place === undefined ? undefined : this.at(place);
  }
  /** An empty `*args` or `**kwargs` is made when it is asked for. */
  private at(place: number): Value | undefined {
    const { rest, more } = this.signature;
    const value = this.slots[place];
    if (value !== undefined || (place !== rest && place !== more)) return value;
    const empty: Value = place === rest ? tuple([]) : { kind: 'dict', entries: new Map(), tail: null };
    return (this.slots[place] = empty);
  }
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  get size(): number {
    return this.slots.reduce((count, _, place) => (this.at(place) === undefined ? count : count + 1), 0);
  }
  *entries(): MapIterator<[string, Value]> {
    const { parameters } = this.signature;
    for (let place = 0; place < parameters.length; place++) {
      const value = this.at(place);
      if (value !== undefined) yield [parameters[place].name, value];
    }
  }
  *keys(): MapIterator<string> {
    for (const [name] of this.entries()) yield name;
  }
  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }
  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }
  forEach(visit: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this);
  }
}

const NOTHING: readonly never[] = [];

class BoundArguments implements Bound {
  readonly values: ReadonlyMap<string, Value>;
  unexpected: Bound['unexpected'] = NOTHING;
  missing: readonly string[] = NOTHING;
  excess = 0;
  private names: ReadonlySet<string> | null = null;
  private places: ReadonlyMap<string, SourceRange> | null = null;

  constructor(
    private readonly signature: Compiled,
    slots: (Value | undefined)[],
    private readonly args: CallArgs,
  ) {
    this.values = new BoundValues(signature, slots);
  }

  /** Worked out when asked for, as few calls are. */
  get given(): ReadonlySet<string> {
    if (this.names === null) {
      const names = new Set<string>();
      const { positional, parameters, places } = this.signature;
      const count = Math.min(this.args.positional.length, positional.length);
      for (let i = 0; i < count; i++) names.add(parameters[positional[i]].name);
      for (const name of this.args.keywords.keys()) if (this.takes(places.get(name))) names.add(name);
      this.names = names;
    }
    return this.names;
  }

  get ranges(): ReadonlyMap<string, SourceRange> {
    if (this.places === null) {
      const ranges = new Map<string, SourceRange>();
      this.eachRange((name, range) => ranges.set(name, range));
      this.places = ranges;
    }
    return this.places;
  }

  has(name: string): boolean {
    if (this.args.keywords.size > 0 && this.args.keywords.has(name))
      return this.takes(this.signature.places.get(name));
    const place = this.signature.places.get(name);
    if (place === undefined || this.args.positional.length === 0) return false;
    const index = this.signature.positional.indexOf(place);
    return index >= 0 && index < this.args.positional.length;
  }

  eachRange(visit: (name: string, range: SourceRange) => void): void {
    const { positional, parameters, places, more } = this.signature;
    const count = Math.min(this.args.positional.length, positional.length);
    for (let i = 0; i < count; i++) {
      const { range } = this.args.positional[i];
      if (range !== null) visit(parameters[positional[i]].name, range);
    }
    for (const [name, { range }] of this.args.keywords)
      if (range !== null && (more >= 0 || this.takes(places.get(name)))) visit(name, range);
  }

  private takes(place: number | undefined): boolean {
    return place !== undefined && place !== this.signature.rest && place !== this.signature.more;
  }
}

export function bindParameters(parameters: readonly Parameter[], args: CallArgs): Bound {
  const signature = compile(parameters);
  const { places, positional, rest, more } = signature;
  const slots = signature.defaults.slice();
  const bound = new BoundArguments(signature, slots, args);
  // An open `*` or `**` may give whatever is not given otherwise.
  const open = args.openPositional !== null || args.openKeywords !== null;
  const filled = open ? new Set<number>() : null;
  const given = args.positional.length;
  for (let i = 0; i < given && i < positional.length; i++) {
    slots[positional[i]] = args.positional[i].value;
    filled?.add(positional[i]);
  }
  let extraKeywords: DictValue['entries'] | null = null;
  let unexpected: Bound['unexpected'][number][] | null = null;
  for (const [name, arg] of args.keywords) {
    const place = places.get(name);
    if (place !== undefined && place !== rest && place !== more) {
      slots[place] = arg.value;
      filled?.add(place);
    } else if (more >= 0)
      (extraKeywords ??= new Map()).set(`s:${name}`, { key: str(name), value: arg.value });
    else (unexpected ??= []).push({ name, value: arg.value, range: arg.range, nameRange: arg.nameRange });
  }
  if (unexpected !== null) bound.unexpected = unexpected;
  if (rest >= 0) {
    if (given > positional.length || args.openPositional !== null) {
      const extra = args.positional.slice(positional.length).map((arg) => arg.value);
      slots[rest] = args.openPositional === null ? tuple(extra) : list(extra, args.openPositional);
    }
  } else bound.excess = Math.max(0, given - positional.length);
  if (extraKeywords !== null || (more >= 0 && args.openKeywords !== null))
    slots[more] = { kind: 'dict', entries: extraKeywords ?? new Map(), tail: args.openKeywords };
  let missing: string[] | null = null;
  for (let place = 0; place < parameters.length; place++) {
    if (place === rest || place === more) continue;
    if (filled !== null && !filled.has(place)) {
      const from =
        parameters[place].kind === 'keyword' ? args.openKeywords : (args.openPositional ?? args.openKeywords);
      if (from !== null) slots[place] = unknown(from.reason, from.at);
    }
    if (slots[place] === undefined) (missing ??= []).push(parameters[place].name);
  }
  if (missing !== null) bound.missing = missing;
  return bound;
}
