/** Arguments of a call as the graph keeps them: plain data, tensors by id. */
import type { Given } from '../../graph/graph';
import type { Value } from '../../python/values';
import { arrayOf, nested } from '../../python/library/numpy/array';
import { tensorDataOf } from './structure';

/** Longer lists are of no use to anybody and would make every graph larger. */
const MOST_ITEMS = 4096;

export function givenValue(value: Value, depth = 0): Given {
  switch (value.kind) {
    case 'none':
      return null;
    case 'bool':
    case 'int':
    case 'float':
    case 'str':
      return value.value;
    case 'tuple':
    case 'list':
      if (depth > 4 || value.items.length > MOST_ITEMS || (value.kind === 'list' && value.tail !== null))
        return { unknown: 'this list is not known' };
      return value.items.map((item) => givenValue(item, depth + 1));
    case 'instance': {
      const tensor = tensorDataOf(value)?.tensor;
      if (tensor !== undefined) return { tensor };
      const array = arrayOf(value);
      const numbers = array && nested(array);
      return numbers === undefined ? { unknown: `this ${value.cls.name} is no plain data` } : numbers;
    }
    case 'unknown':
      return { unknown: value.reason };
    default:
      return { unknown: 'this argument is no plain data' };
  }
}

/** By parameter name; what `*args` collects stands under `*` in order. */
export function givenArguments(values: Readonly<Record<string, Value>>): Record<string, Given> {
  const given: Record<string, Given> = {};
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (name === 'kwargs' && value.kind === 'dict') {
      for (const { key, value: item } of value.entries.values())
        if (key.kind === 'str') given[key.value] = givenValue(item);
    } else if (name === 'args') {
      if (value.kind === 'tuple' && value.items.length > 0) given['*'] = givenValue(value);
    } else if (name !== 'name') given[name] = givenValue(value);
  }
  return given;
}
