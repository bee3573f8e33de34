/** Mistakes in putting models together: stray inputs, classes in place of layers, names used twice. */
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { elementsOf, quoteLike } from './text';

/** `sequential-not-layer`: a class wants to be made, a function wrapped. */
export function notLayer(context: FixContext): (Fix | null)[] {
  const kind = context.string('kind');
  const { range } = context.failure;
  if (!context.owns(range)) return [];
  const text = context.text(range).trim();
  if (kind === 'class') return [context.replace(`Make a layer: ${text}()`, `${text}()`)];
  if (kind === 'function' || kind === 'native') {
    const name = context.className(null, 'Lambda');
    return name === null ? [] : [{ title: 'Wrap it in a Lambda layer', edits: [...name.edits, context.edit(range.from, range.to, `${name.text}(${text})`)] }];
  }
  return [];
}

/** `graph-disconnected`: the stray Input joins the model's inputs. */
export function disconnected(context: FixContext): (Fix | null)[] {
  const { graph, layer } = context;
  const input = context.string('input');
  const inputs = layer?.args.inputs;
  if (input === null || !context.owns(inputs)) return [];
  const tensor = graph.tensors.find((candidate) => candidate.name === input || (candidate.producer !== null && graph.nodes[candidate.producer].name === input));
  if (tensor === undefined) return [];
  const variable = graph.observations.find((observation) => observation.seen.kind === 'tensor' && observation.seen.tensor === tensor.id && /^\w+$/.test(observation.name))?.name;
  if (variable === undefined) return [];
  const text = context.text(inputs);
  const elements = elementsOf(text);
  const list = elements ? [...elements.map((element) => element.text), variable] : [text.trim(), variable];
  return [{ title: `Add ${variable} to the model's inputs`, edits: [context.edit(inputs.from, inputs.to, `[${list.join(', ')}]`)] }];
}

/** `duplicate-name`: another name for the layer at hand. */
export function duplicateName(context: FixContext): (Fix | null)[] {
  const name = context.string('name');
  if (name === null) return [];
  const { graph, layer } = context;
  const twins = graph.layers.filter((candidate) => candidate.name === name && candidate.args.name !== undefined);
  const target = layer !== null && layer.name === name && layer.args.name !== undefined ? layer : twins[twins.length - 1];
  const range = target?.args.name;
  if (!context.owns(range)) return [];
  const source = context.text(range);
  if (!/^\s*["']/.test(source)) return [];
  let number = 2;
  while (graph.layers.some((candidate) => candidate.name === `${name}_${number}`)) number++;
  // One constructor that runs several times makes the same name again: leave the name to Keras.
  const repeated = twins.filter((candidate) => candidate.site.range.from === target.site.range.from).length > 1;
  if (repeated) {
    const edits = context.removeArgument(range);
    return [edits && { title: 'Leave the name to Keras', edits }];
  }
  const text = quoteLike(source, `${name}_${number}`);
  return [{ title: `Rename to ${text}`, edits: [context.edit(range.from, range.to, text)] }];
}

/** `call-argument-missing`: attention over one sequence uses it as value too. */
export function missingCallArgument(context: FixContext): (Fix | null)[] {
  const { node, failure } = context;
  const missing = context.string('argument') ?? /`(\w+)`/.exec(failure.message)?.[1] ?? null;
  const query = node?.args.query;
  if (missing !== 'value' || !context.owns(query)) return [];
  const text = context.text(query);
  return [{ title: `Attend to the same sequence: value=${text}`, edits: [context.edit(query.to, query.to, `, value=${text}`)] }];
}
