/** `tf.strings`: what is done text by text keeps the shape; how many pieces a text has, only the text tells. */
import type { Shape } from '../../graph/graph';
import { fn } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import type { Value } from '../../python/values';
import { isKnownRank, OPEN } from '../dims';
import { dtypeName } from '../model/input';
import { recorderOf } from '../model/recorder';
import { tensorDataOf } from '../model/structure';
import { tensor } from './element';

/** Functions of one text, with the dtype of what they give. */
const BY_ELEMENT: Readonly<Record<string, string>> = {
  lower: 'string',
  upper: 'string',
  strip: 'string',
  substr: 'string',
  regex_replace: 'string',
  regex_full_match: 'bool',
  length: 'int32',
  unicode_transcode: 'string',
  to_hash_bucket: 'int64',
  to_hash_bucket_fast: 'int64',
  to_hash_bucket_strong: 'int64',
};

/** `tf.strings.<name>`; undefined when it is not modelled. */
export function stringFunction(name: string): Value | undefined {
  const dtype = BY_ELEMENT[name];
  if (dtype !== undefined)
    return fn(`${name}(input, *args, **kwargs)`, (machine, { input }) =>
      each(machine, input, name, () => dtype),
    );
  switch (name) {
    case 'to_number':
      return fn('to_number(input, out_type="float32", name=None)', (machine, { input, out_type: type }) =>
        each(machine, input, name, () => dtypeName(type)),
      );
    case 'as_string':
      return fn('as_string(input, **kwargs)', (machine, { input }) =>
        each(machine, input, name, () => 'string'),
      );
    // Of one text the pieces; of several a ragged tensor.
    case 'split':
    case 'bytes_split':
    case 'unicode_split':
    case 'unicode_decode':
      return fn(`${name}(input, *args, **kwargs)`, (machine, { input }) => {
        const shape = shapeOf(machine, input);
        return shape !== undefined && isKnownRank(shape) && shape.length === 0
          ? tensor(machine, [OPEN], name === 'unicode_decode' ? 'int32' : 'string')
          : machine.unknown(`the pieces that tf.strings.${name} gives are not known`);
      });
    default:
      return undefined;
  }
}

function shapeOf(machine: Machine, value: Value): Shape | undefined {
  if (value.kind === 'str' || value.kind === 'bytes') return [];
  const data = tensorDataOf(value);
  return data === undefined ? undefined : recorderOf(machine).graph.tensors[data.tensor].shape;
}

function each(machine: Machine, input: Value, name: string, dtype: () => string | null): Value {
  const shape = shapeOf(machine, input);
  return shape === undefined
    ? machine.unknown(`what tf.strings.${name} is given is not known`)
    : tensor(machine, shape, dtype());
}
