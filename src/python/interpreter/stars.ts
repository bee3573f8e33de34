/** Names that star imports bring from modules whose names are not all listed. */
import { unknown, type ModuleValue, type Value } from '../values';

/** What the name is in the modules, the last of which wins as in Python; one that knows it goes before one that may have it. */
export function nameFromStars(modules: readonly ModuleValue[], name: string): Value | undefined {
  let possible: Value | undefined;
  for (const module of [...modules].reverse()) {
    const found = module.attrs.get(name) ?? module.lookup?.(name);
    if (found !== undefined && found.kind !== 'unknown') return found;
    possible ??=
      found ??
      (module.open ? unknown(`"${name}" may come from ${module.name}, which is not known`) : undefined);
  }
  return possible;
}
