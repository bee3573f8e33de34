/** Mistakes of the program as a Python program: names, arguments, elements, values to unpack. */
import { closest, editDistance } from '../../keras/names';
import type { SourceRange } from '../../graph/graph';
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { layerNames } from '../../keras/registry';
import { splitTop, type Element } from './text';

/** What people import under which name. */
const IMPORTS: Readonly<Record<string, string>> = {
  np: 'import numpy as np',
  numpy: 'import numpy',
  tf: 'import tensorflow as tf',
  tensorflow: 'import tensorflow',
  keras: 'import keras',
  layers: 'from keras import layers',
  ops: 'from keras import ops',
  models: 'from keras import models',
  optimizers: 'from keras import optimizers',
  regularizers: 'from keras import regularizers',
  Model: 'from keras import Model',
  Sequential: 'from keras import Sequential',
  K: 'from keras import backend as K',
  math: 'import math',
  os: 'import os',
  random: 'import random',
  functools: 'import functools',
  itertools: 'import itertools',
  partial: 'from functools import partial',
  to_categorical: 'from keras.utils import to_categorical',
  plt: 'import matplotlib.pyplot as plt',
  pd: 'import pandas as pd',
};

/** Names offered in place of one that is not defined. */
const OFFERED = 4;

/** `undefined-name`: a name of similar spelling, an attribute of `self`, or the import that was forgotten. */
export function undefinedName(context: FixContext): (Fix | null)[] {
  const name = context.string('name');
  const names = context.fact('names');
  if (name === null || !Array.isArray(names)) return [];
  const fixes: (Fix | null)[] = [imported(context, name)];
  const { text } = context.program;
  if (new RegExp(`\\bself\\.${name}\\b`).test(text) && names.includes('self'))
    fixes.push(context.replace(`Take it from self: self.${name}`, `self.${name}`));
  // Names bound later stand later: of two equally near the later one is the likelier.
  const near = names
    .filter(
      (other): other is string => typeof other === 'string' && other !== name && !other.startsWith('__'),
    )
    .map((other, place) => ({
      other,
      place,
      distance: editDistance(name.toLowerCase(), other.toLowerCase()),
    }))
    .filter(
      ({ other, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, other.length) / 2)),
    )
    .sort((a, b) => a.distance - b.distance || b.place - a.place)
    .slice(0, OFFERED);
  for (const { other } of near) fixes.push(context.replace(`Change to ${other}`, other));
  if (fixes.every((fix) => fix === null)) return latestTensor(context);
  return fixes;
}

function imported(context: FixContext, name: string): Fix | null {
  if (layerNames().has(name)) {
    const known = context.className(null, name);
    return known === null || known.edits.length === 0
      ? null
      : { title: `Import ${name}`, edits: known.edits };
  }
  const line = IMPORTS[name];
  if (line === undefined) return null;
  const own = context.program.text;
  const words =
    /^from keras import|^from keras\./.test(line) && /^\s*(?:from|import)\s+tensorflow\b/m.test(own)
      ? line.replace('from keras', 'from tensorflow.keras')
      : line;
  const at = importPlace(own);
  return { title: `Add ${words}`, edits: [context.edit(at, at, `${words}\n`)] };
}

/** After a docstring and `from __future__`: where the first import stands, else the beginning. */
function importPlace(text: string): number {
  const future = [...text.matchAll(/^from __future__ import[^\n]*\n/gm)].pop();
  if (future !== undefined) return future.index + future[0].length;
  return /^(?:from|import)[ \t]/m.exec(text)?.index ?? 0;
}

/** The tensor that was made last before: what a stray name in a chain of layers stands for. */
function latestTensor(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const before = context.graph.observations.filter(
    ({ seen, range: at, name }) =>
      seen.kind === 'tensor' && at.file === range.file && at.to <= range.from && /^\w+$/.test(name),
  );
  const last = before[before.length - 1]?.name;
  return last === undefined ? [] : [context.replace(`Change to ${last}`, last)];
}

/** The arguments of the call at the failure's site, with offsets in the program. */
function given(context: FixContext): { readonly all: readonly Element[]; readonly close: number } | null {
  const call = lastCall(context, context.failure.site.range);
  if (call === null) return null;
  return { all: splitTop(context.program.text, call.open + 1, call.close, ','), close: call.close };
}

/** The brackets of the call that ends the expression: those of `f(a)(b)` hold `b`. */
function lastCall(
  context: FixContext,
  range: SourceRange,
): { readonly open: number; readonly close: number } | null {
  if (!context.owns(range)) return null;
  const { text } = context.program;
  let open = text.indexOf('(', range.from);
  while (open >= 0 && open < range.to) {
    const close = context.closingParenthesis({ ...range, from: open });
    if (close === null) return null;
    if (close === range.to - 1) return { open, close };
    open = text.indexOf('(', close);
  }
  return null;
}

const isKeyword = ({ text }: Element): boolean => /^\w+\s*=(?!=)/.test(text) || text.startsWith('*');

/** `call-arguments`: the name that was meant, the arguments in a list, or what is missing. */
export function callArguments(context: FixContext): (Fix | null)[] {
  const parameters = (context.fact('parameters') as string[] | undefined) ?? [];
  const unexpected = context.string('unexpected');
  const args = given(context);
  if (unexpected !== null) return wrongKeyword(context, unexpected, parameters);
  if (args === null) return [];
  const positional = args.all.filter((arg) => !isKeyword(arg));
  const takes = context.number('takes');
  if (takes !== null) {
    const fixes: (Fix | null)[] = [];
    const [first] = positional;
    const last = positional[positional.length - 1];
    if (takes > 1 && positional.length > takes && positional.every(({ text }) => /^[\w.]+$/.test(text))) {
      const end = positional[positional.length - takes];
      fixes.push({
        title: `Write a tuple: (${positional
          .slice(0, positional.length - takes + 1)
          .map(({ text }) => text)
          .join(', ')})`,
        edits: [context.edit(first.from, first.from, '('), context.edit(end.to, end.to, ')')],
      });
    }
    if (takes === 1 && positional.length > 1)
      fixes.push({
        title: 'Put them into a list',
        edits: [context.edit(first.from, first.from, '['), context.edit(last.to, last.to, ']')],
      });
    if (positional.length > takes)
      fixes.push({
        title: `Leave out what goes beyond ${takes} argument${takes === 1 ? '' : 's'}`,
        edits: [context.edit(takes === 0 ? first.from : positional[takes - 1].to, last.to, '')],
      });
    return fixes;
  }
  const twice = context.string('twice');
  if (twice !== null) {
    const keyword = args.all.find(({ text }) => new RegExp(`^${twice}\\s*=`).test(text));
    const edits =
      keyword && context.removeArgument({ ...context.failure.range, from: keyword.from, to: keyword.to });
    return [edits ? { title: `Leave out ${twice}=`, edits } : null];
  }
  const missing = context.string('missing');
  return missing === null ? [] : missingArgument(context, missing, args.close);
}

function wrongKeyword(context: FixContext, name: string, parameters: readonly string[]): (Fix | null)[] {
  const { range } = context.failure;
  if (!context.owns(range)) return [];
  const suggestion =
    closest(name, parameters) ?? parameters.find((other) => other.includes(name) || name.includes(other));
  const value = splitTop(context.program.text, range.from, given(context)?.close ?? range.to, ',')[0];
  const edits =
    value === undefined ? null : context.removeArgument({ ...range, from: value.from, to: value.to });
  return [
    suggestion === undefined ? null : context.replace(`Change to ${suggestion}=`, suggestion),
    edits && { title: `Leave out ${name}=`, edits },
  ];
}

/** Values that an argument of such a name usually has. */
const USUAL: readonly (readonly [RegExp, string])[] = [
  [/classes|labels|outputs?$/, '10'],
  [/kernel|^k$|size/, '3'],
  [/stride|dilation|repeat|depth|^n$|blocks?$|layers?$/, '1'],
  [/rate|drop/, '0.1'],
  [/filter|units|channels|dim|width|features|hidden/, '64'],
  [/heads?/, '4'],
  [/activation/, '"relu"'],
  [/padding/, '"same"'],
  [/training|use_|is_/, 'False'],
  [/name/, 'None'],
];

function missingArgument(context: FixContext, missing: string, close: number): (Fix | null)[] {
  const { text } = context.program;
  const before = text.slice(0, close).trimEnd();
  const lead = before.endsWith('(') || before.endsWith(',') ? '' : ', ';
  const add = (value: string): Fix => ({
    title: `Add ${missing}=${value}`,
    edits: [context.edit(before.length, before.length, `${lead}${missing}=${value}`)],
  });
  const visible = context.graph.observations.some(
    ({ name, range }) => name === missing && range.from < context.failure.range.from,
  );
  const usual = USUAL.find(([pattern]) => pattern.test(missing))?.[1];
  const others = [...text.matchAll(new RegExp(`\\b${missing}\\s*=\\s*([\\w.'"]+)`, 'g'))].map(
    ([, value]) => value,
  );
  return [...new Set([...(visible ? [missing] : []), ...others, ...(usual === undefined ? [] : [usual])])]
    .slice(0, OFFERED)
    .map(add);
}

/** `element-range`: the last element. */
export function element(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const index = context.number('index');
  const count = context.number('count');
  if (!context.owns(range) || index === null || count === null) return [];
  const text = context.text(range);
  const open = text.lastIndexOf('[');
  if (open < 0 || !text.endsWith(']')) return [];
  return [
    {
      title: `Take the last one: ${count - 1}`,
      edits: [context.edit(range.from + open + 1, range.to - 1, String(count - 1))],
    },
  ];
}

/** `unpack-count`: as many names as values. */
export function unpackCount(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const [expected, got] = [context.number('expected'), context.number('got')];
  if (!context.owns(range) || expected === null || got === null || got === 0) return [];
  const text = context.text(range);
  const bracketed = /^[([]/.test(text);
  const names = splitTop(text, bracketed ? 1 : 0, bracketed ? text.length - 1 : text.length, ',');
  const at = (offset: number): number => range.from + offset;
  if (got > expected) {
    const last = names[names.length - 1];
    const more = ', _'.repeat(got - expected);
    return [
      {
        title: `Take the other ${got - expected} too: _`,
        edits: [context.edit(at(last.to), at(last.to), more)],
      },
    ];
  }
  // One name alone needs no comma; a comma left behind would make it a tuple of one.
  const kept = names.slice(0, got);
  return [
    {
      title: `Take ${got === 1 ? 'the one value' : `the ${got} values`} alone`,
      edits: [
        context.edit(
          at(names[0].from),
          at(names[names.length - 1].to),
          kept.map((name) => name.text).join(', '),
        ),
      ],
    },
  ];
}

/** `attribute-name`: the attribute of nearest spelling. */
export function attributeName(context: FixContext): (Fix | null)[] {
  const name = context.string('name');
  const names = context.fact('names');
  if (name === null || !Array.isArray(names)) return [];
  return names
    .filter((other): other is string => typeof other === 'string' && !other.startsWith('_'))
    .map((other) => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .filter(
      ({ other, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, other.length) / 3)),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, OFFERED)
    .map(({ other }) => context.replace(`Change to ${other}`, other));
}

/** `not-iterable`: the number in a list, as the argument of the outermost call in the program that holds it as it is. */
export function inList(context: FixContext): (Fix | null)[] {
  const value = context.number('value');
  if (value === null) return [];
  for (const range of [context.failure.site.range, ...context.failure.site.stack]) {
    const call = lastCall(context, range);
    const argument =
      call === null
        ? undefined
        : splitTop(context.program.text, call.open + 1, call.close, ',').find(({ text }) =>
            new RegExp(`^(?:\\w+\\s*=\\s*)?${value}$`).test(text),
          );
    if (argument === undefined) continue;
    const from = argument.to - String(value).length;
    return [{ title: `Write a list: [${value}]`, edits: [context.edit(from, argument.to, `[${value}]`)] }];
  }
  // The default of a parameter, or what a name was given.
  const names = context.owns(context.failure.range)
    ? context.text(context.failure.range).match(/[A-Za-z_]\w*/g)
    : null;
  for (const name of names ?? []) {
    const given = new RegExp(`\\b${name}\\s*=\\s*(${value})(?![\\w.])`).exec(context.program.text);
    if (given === null) continue;
    const to = given.index + given[0].length;
    return [
      { title: `Write a list: [${value}]`, edits: [context.edit(to - given[1].length, to, `[${value}]`)] },
    ];
  }
  return [];
}

/** `tensor-unpack`: a recurrent layer gives its states too where it is told to. */
export function statesToo(context: FixContext): (Fix | null)[] {
  const count = context.number('count');
  const { graph, failure } = context;
  const name = context.string('tensor');
  const producer = graph.tensors.find((tensor) => tensor.name === name)?.producer ?? null;
  const made = producer === null ? null : graph.nodes[producer].layer;
  const layer = made === null ? null : graph.layers[made];
  const states: Readonly<Record<string, number>> = { LSTM: 3, GRU: 2, SimpleRNN: 2 };
  if (layer !== null && states[layer.builtin ?? ''] === count) {
    const edits = context.setArgument(layer, 'return_state', 'True');
    if (edits !== null) return [{ title: `Give the states of ${layer.name} too: return_state=True`, edits }];
  }
  if (!context.owns(failure.range)) return [];
  const more = returnMore(context, context.text(failure.range));
  if (more !== null) return [more];
  const first = /^[([]?\s*(\w+)/.exec(context.text(failure.range))?.[1];
  return first === undefined ? [] : [context.replace(`Take the tensor as ${first}`, first)];
}

/** `not-callable`: brackets for an element where there are several, and none where there is one. */
export function withoutCall(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const call = context.owns(range) ? lastCall(context, range) : null;
  if (call === null) return [];
  const given = context.program.text.slice(call.open + 1, call.close).trim();
  const fixes: Fix[] = [];
  if (/^a (?:list|tuple|dict)/.test(context.failure.message) && given !== '')
    fixes.push({
      title: `Take an element: [${given}]`,
      edits: [context.edit(call.open, call.open + 1, '['), context.edit(call.close, call.close + 1, ']')],
    });
  fixes.push({ title: `Leave out (${given})`, edits: [context.edit(call.open, call.close + 1, '')] });
  return fixes;
}

/** `x, skips = encoder(…)` of a function that returns `x` alone: it returns what it binds under the other names too. */
function returnMore(context: FixContext, targets: string): Fix | null {
  const { text } = context.program;
  const names = targets.replace(/[()[\]\s]/g, '').split(',');
  const called = /^\s*=\s*([A-Za-z_]\w*)\(/.exec(text.slice(context.failure.range.to))?.[1];
  const definition = called === undefined ? null : new RegExp(`^([ \\t]*)def ${called}\\(`, 'm').exec(text);
  if (definition === null || !names.every((name) => /^[A-Za-z_]\w*$/.test(name))) return null;
  const end = new RegExp(`\\n(?!${definition[1]}[ \\t])(?=\\S)`).exec(
    text.slice(definition.index + definition[0].length),
  );
  const body = text.slice(
    definition.index,
    end === null ? text.length : definition.index + definition[0].length + end.index,
  );
  const returns = [...body.matchAll(/\n[ \t]+return[ \t]+(\w+)[ \t]*(?=\n|$)/g)].pop();
  const lacking = names.filter((name) => name !== returns?.[1]);
  if (returns === undefined || lacking.length !== names.length - 1) return null;
  if (!lacking.every((name) => new RegExp(`\\n[ \\t]+${name}[ \\t]*=(?!=)`).test(body))) return null;
  const at = definition.index + returns.index + returns[0].length;
  return {
    title: `Return ${names.join(', ')} from ${called}()`,
    edits: [context.edit(at - returns[1].length, at, names.join(', '))],
  };
}
