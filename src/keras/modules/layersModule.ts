/** `keras.layers`: the classes of all definitions, `Input`, and the functional forms of merging. */
import { native, type Value } from '../../python/values';
import { inputFunction } from '../model/input';
import { layerClass } from '../model/layerClass';
import type { Recorder } from '../model/recorder';
import { FUNCTIONAL_FORMS, layerDefinition } from '../registry';
import { opaqueClass } from './lookup';

export function layersLookup(recorder: Recorder, name: string): Value | undefined {
  const { classes, machine } = recorder;
  switch (name) {
    case 'Input':
      return inputFunction;
    case 'Layer':
      return classes.Layer;
    case 'InputLayer':
      return classes.InputLayer;
    case 'InputSpec':
      return opaqueClass(machine, 'InputSpec', 'keras.layers');
  }
  const definition = layerDefinition(name);
  if (definition !== undefined) return layerClass(recorder, definition);
  const form = FUNCTIONAL_FORMS[name];
  const formDefinition = form === undefined ? undefined : layerDefinition(form);
  if (formDefinition === undefined) return undefined;
  const cls = layerClass(recorder, formDefinition);
  // `add([a, b], name='sum')`: an object of the class, called at once.
  return native(name, (owner, args) => {
    const inputs = args.positional[0] ?? args.keywords.get('inputs');
    if (inputs === undefined) return owner.raise('TypeError', `${name}() missing 1 required positional argument: 'inputs'`);
    const keywords = new Map([...args.keywords].filter(([key]) => key !== 'inputs'));
    const layer = owner.instantiate(cls, { ...args, positional: args.positional.slice(1), keywords });
    return owner.call(layer, { positional: [inputs], keywords: new Map(), openPositional: null, openKeywords: null, range: args.range });
  });
}
