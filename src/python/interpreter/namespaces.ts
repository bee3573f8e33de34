/** `obj.__dict__`, `vars(obj)` and `globals()`: dicts that show attributes or names as they are, and change them when written to. */
import type { DictValue, Value } from '../values';
import { str } from '../values';

type Entry = { key: Value; value: Value; maybe?: boolean };

/** The entries of such a dict: a view of the names behind it. */
class LiveEntries extends Map<string, Entry> {
  constructor(
    private readonly names: Map<string, Value>,
    private readonly changed: (name: string, value: Value) => void,
  ) {
    super();
  }
  private entry(name: string): Entry | undefined {
    const value = this.names.get(name);
    return value === undefined ? undefined : { key: str(name), value };
  }
  override get size(): number {
    return this.names.size;
  }
  override has(key: string): boolean {
    return this.names.has(key.slice(2));
  }
  override get(key: string): Entry | undefined {
    return key.startsWith('s:') ? this.entry(key.slice(2)) : undefined;
  }
  override set(key: string, { value }: Entry): this {
    if (!key.startsWith('s:')) return this;
    const name = key.slice(2);
    this.names.set(name, value);
    this.changed(name, value);
    return this;
  }
  override delete(key: string): boolean {
    return this.names.delete(key.slice(2));
  }
  override clear(): void {
    this.names.clear();
  }
  override *entries(): MapIterator<[string, Entry]> {
    for (const [name, value] of this.names) yield [`s:${name}`, { key: str(name), value }];
  }
  override *keys(): MapIterator<string> {
    for (const name of this.names.keys()) yield `s:${name}`;
  }
  override *values(): MapIterator<Entry> {
    for (const [name, value] of this.names) yield { key: str(name), value };
  }
  override [Symbol.iterator](): MapIterator<[string, Entry]> {
    return this.entries();
  }
  override forEach(body: (value: Entry, key: string, map: Map<string, Entry>) => void): void {
    for (const [key, entry] of this.entries()) body(entry, key, this);
  }
}

/** A dict over `names`, which belong to `owner`; `changed` hears of every name that is set through it. */
export function liveNamespace(
  names: Map<string, Value>,
  owner: NonNullable<DictValue['of']>,
  changed: (name: string, value: Value) => void = () => undefined,
): DictValue {
  return { kind: 'dict', entries: new LiveEntries(names, changed), tail: null, of: owner };
}
