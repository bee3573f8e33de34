/** The arguments of a call expression, with `*` and `**` spread as far as they are known. */
import type { Call } from '../ast';
import type { SourceRange } from '../source';
import type { Arg, CallArgs, DictValue, UnknownValue } from '../values';
import type { Activation } from './activation';
import { asUnknown, evaluate } from './expressions';
import type { Interpreter } from './interpreter';
import { iterate } from './iteration';

const NO_KEYWORDS: CallArgs['keywords'] = new Map();

export function evaluateArguments(
  vm: Interpreter,
  activation: Activation,
  expr: Pick<Call, 'args' | 'plain' | 'range'>,
): CallArgs {
  if (expr.plain) {
    const positional: Arg[] = expr.args.map((argument) => ({
      value: evaluate(vm, activation, argument.value),
      range: argument.range,
    }));
    return { positional, keywords: NO_KEYWORDS, openPositional: null, openKeywords: null, range: expr.range };
  }
  const positional: Arg[] = [];
  const keywords = new Map<string, Arg & { nameRange: SourceRange | null }>();
  let openPositional: UnknownValue | null = null;
  let openKeywords: UnknownValue | null = null;
  for (const argument of expr.args) {
    const value = evaluate(vm, activation, argument.value);
    switch (argument.kind) {
      case 'positional':
        // After a `*args` of unknown length its place is not known.
        if (openPositional === null) positional.push({ value, range: argument.range });
        break;
      case 'star': {
        const elements = iterate(vm, value);
        if (openPositional !== null) break;
        if (elements === undefined) openPositional = asUnknown(value, 'the arguments are not known');
        else {
          vm.spend(elements.items.length);
          for (const item of elements.items) positional.push({ value: item, range: argument.range });
          openPositional = elements.tail;
        }
        break;
      }
      case 'keyword':
        if (keywords.has(argument.name))
          vm.raise('TypeError', `got multiple values for keyword argument '${argument.name}'`);
        keywords.set(argument.name, { value, range: argument.range, nameRange: argument.nameRange });
        break;
      case 'doubleStar': {
        const spread: DictValue = { kind: 'dict', entries: new Map(), tail: null };
        vm.spreadInto(spread, value);
        for (const entry of spread.entries.values()) {
          if (entry.key.kind === 'str')
            keywords.set(entry.key.value, { value: entry.value, range: argument.range, nameRange: null });
        }
        openKeywords ??= spread.tail;
        break;
      }
    }
  }
  return { positional, keywords, openPositional, openKeywords, range: expr.range };
}
