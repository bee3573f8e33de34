/**
 * Signatures written as Python writes them (`units, activation=None, strides=(1, 1)`), so that a definition can be laid
 * beside Keras' source line by line.
 */
import type { Parameter } from '../python/machine';
import { FALSE, NONE, TRUE, float, int, str, tuple, type Value } from '../python/values';

/**
 * Parses a parameter list. Defaults may be None, True, False, numbers, strings and tuples of those; `*` makes the rest
 * keyword-only; `*args` and `**kwargs` are as in Python. Throws on anything else: the text is ours, not the user's.
 */
export function signature(text: string): readonly Parameter[] {
  const parameters: Parameter[] = [];
  let keywordOnly = false;
  for (const part of splitTop(text)) {
    if (part === '*') keywordOnly = true;
    else if (part.startsWith('**')) parameters.push({ name: part.slice(2), kind: 'kwargs' });
    else if (part.startsWith('*')) {
      parameters.push({ name: part.slice(1), kind: 'args' });
      keywordOnly = true;
    } else {
      const at = part.indexOf('=');
      const name = (at < 0 ? part : part.slice(0, at)).trim();
      const parameter: Parameter = at < 0 ? { name } : { name, default: literal(part.slice(at + 1).trim()) };
      parameters.push(keywordOnly ? { ...parameter, kind: 'keyword' } : parameter);
    }
  }
  return parameters;
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (quote) {
      if (c === quote) quote = '';
    } else if (c === "'" || c === '"') quote = c;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === undefined || (c === ',' && depth === 0)) {
      const part = text.slice(start, i).trim();
      if (part) parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

function literal(text: string): Value {
  if (text === 'None') return NONE;
  if (text === 'True') return TRUE;
  if (text === 'False') return FALSE;
  if (/^-?\d+$/.test(text)) return int(Number(text));
  if (/^-?[\d.]+(e-?\d+)?$/.test(text)) return float(Number(text));
  if (/^(['"]).*\1$/s.test(text)) return str(text.slice(1, -1));
  if (text.startsWith('(') && text.endsWith(')')) return tuple(splitTop(text.slice(1, -1)).map(literal));
  throw new Error(`signature(): cannot read the default ${text}`);
}
