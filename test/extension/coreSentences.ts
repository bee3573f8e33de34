/**
 * Collects the English sentences that the core may say to a user: every literal that reaches a parameter or property named
 * `message`, `reason`, `words`, `lost` or `title` (problems, reasons of unknowns, fixes), followed by name through
 * variables, conditions, helper functions and what is put into templates. What is put in is numbered: `axis {0}`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as ts from 'typescript';

/** Names that sentences travel under. */
const CARRIERS = new Set(['message', 'reason', 'words', 'lost', 'title']);
/** Python's own exceptions: their text is Python's and stays as it is. */
const PYTHONS = new Set(['raise', 'makeException', 'raised']);

type FunctionNode =
  | ts.FunctionDeclaration
  | ts.MethodDeclaration
  | ts.MethodSignature
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.ConstructorDeclaration;

interface Sources {
  readonly files: readonly ts.SourceFile[];
  /** Functions by name; a class' name stands for its constructor. */
  readonly functions: ReadonlyMap<string, readonly FunctionNode[]>;
  /** Values that a variable is given, by name, of each file. */
  readonly values: ReadonlyMap<ts.SourceFile, ReadonlyMap<string, readonly ts.Expression[]>>;
}

function sourcesIn(folders: readonly string[]): Sources {
  const files: ts.SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (entry.name.endsWith('.ts'))
        files.push(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
    }
  };
  folders.forEach(walk);
  const functions = new Map<string, FunctionNode[]>();
  const values = new Map<ts.SourceFile, Map<string, ts.Expression[]>>();
  const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  };
  for (const file of files) {
    const own = new Map<string, ts.Expression[]>();
    values.set(file, own);
    each(file, (node) => {
      if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name)
        push(functions, node.name.getText(), node);
      else if (ts.isMethodSignature(node)) push(functions, node.name.getText(), node);
      else if (ts.isConstructorDeclaration(node)) push(functions, node.parent.name?.text ?? '', node);
      else if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name)) {
        push(own, node.name.text, node.initializer);
        const made = functionOf(node.initializer);
        if (made) push(functions, node.name.text, made);
      } else if (
        ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        ts.isIdentifier(node.left)
      )
        push(own, node.left.text, node.right);
      else if (ts.isPropertyAssignment(node)) {
        const made = functionOf(node.initializer);
        if (made) push(functions, node.name.getText(), made);
      }
    });
  }
  return { files, functions, values };
}

/** The sentences in the sources of some folders. */
export function coreSentences(folders: readonly string[]): ReadonlySet<string> {
  const sources = sourcesIn(folders);
  const found = new Set<string>();
  const seen = new Set<ts.Node>();
  /** Parameters that carry sentences besides those named so: `function:index`. */
  const parameters = new Set<string>();
  let grown = true;

  const take = (node: ts.Expression): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (ts.isStringLiteralLike(node)) add(node.text);
    else if (ts.isTemplateExpression(node)) {
      add(node.head.text + node.templateSpans.map((span, i) => `{${i}}${span.literal.text}`).join(''));
      node.templateSpans.forEach((span) => take(span.expression));
    } else if (ts.isConditionalExpression(node)) {
      take(node.whenTrue);
      take(node.whenFalse);
    } else if (ts.isBinaryExpression(node)) {
      take(node.left);
      take(node.right);
    } else if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node))
      take(node.expression);
    else if (ts.isArrayLiteralExpression(node)) node.elements.forEach(take);
    else if (ts.isIdentifier(node)) {
      sources.values.get(node.getSourceFile())?.get(node.text)?.forEach(take);
      carry(node);
    } else if (ts.isElementAccessExpression(node)) {
      for (const value of sources.values.get(node.getSourceFile())?.get(node.expression.getText()) ?? [])
        if (ts.isObjectLiteralExpression(value))
          for (const property of value.properties)
            if (ts.isPropertyAssignment(property)) take(property.initializer);
    } else if (ts.isCallExpression(node)) {
      const name = calleeName(node);
      if (ts.isPropertyAccessExpression(node.expression)) take(node.expression.expression);
      for (const argument of node.arguments) {
        const made = functionOf(argument);
        if (made) returned(made).forEach(take);
      }
      for (const made of sources.functions.get(name) ?? [])
        if (made.getSourceFile() === node.getSourceFile() || exported(made)) returned(made).forEach(take);
    }
  };
  /** An identifier that is a parameter of a function around it makes that parameter a carrier. */
  const carry = (node: ts.Identifier): void => {
    for (let around: ts.Node = node.parent; around; around = around.parent) {
      const made = functionOf(around);
      if (!made) continue;
      const index = made.parameters.findIndex((parameter) => parameter.name.getText() === node.text);
      if (index < 0) continue;
      const name = nameOf(made);
      if (name === null || parameters.has(`${name}:${index}`)) return;
      parameters.add(`${name}:${index}`);
      grown = true;
      return;
    }
  };
  const add = (text: string): void => {
    if (isSentence(text)) found.add(text);
  };

  while (grown) {
    grown = false;
    for (const file of sources.files)
      each(file, (node) => {
        if (ts.isPropertyAssignment(node) && CARRIERS.has(node.name.getText())) take(node.initializer);
        else if (ts.isShorthandPropertyAssignment(node) && CARRIERS.has(node.name.text)) take(node.name);
        else if (ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left)) {
          if (node.operatorToken.kind === ts.SyntaxKind.EqualsToken && CARRIERS.has(node.left.name.text))
            take(node.right);
        } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
          const name = calleeName(node);
          if (PYTHONS.has(name)) return;
          const callees = sources.functions.get(name) ?? [];
          node.arguments?.forEach((argument, index) => {
            if (
              parameters.has(`${name}:${index}`) ||
              callees.some((callee) => CARRIERS.has(callee.parameters[index]?.name.getText() ?? ''))
            )
              take(argument);
          });
        }
      });
  }
  return found;
}

/** Words with a space between them; signatures, source text, lists of names and Python's own words are no sentences. */
function isSentence(text: string): boolean {
  return /[a-z]{2}/.test(text) && /\S \S/.test(text) && !NO_SENTENCE.some((pattern) => pattern.test(text));
}

const NO_SENTENCE = [
  // Signatures, imports and other source text.
  /^\S*\(|\n|[,*] ?\w*=|\w=(?:None|True|False|\d|\{|'\w)[^.]*,|^(?:\w+, )?\w+=\w+$|self, |^<|^from |^import |^\w+, /,
  // The end of a word and its verb in a sentence of several.
  /^s are$/,
  // Names in a row.
  /^[A-Z]\w+(?: [A-Z]\w+)+$/,
  // What Python's exceptions are made of.
  /^is not$|^not in$|^(?:module|type object) '\{0\}'$|^'\{0\}' object$|index out of range$|^dot_general/,
];

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}

function functionOf(node: ts.Node): FunctionNode | null {
  return ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node)
    ? node
    : null;
}

function nameOf(made: FunctionNode): string | null {
  if (ts.isConstructorDeclaration(made)) return made.parent.name?.text ?? null;
  if (made.name) return made.name.getText();
  const { parent } = made;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : null;
}

function calleeName(node: ts.CallExpression | ts.NewExpression): string {
  const { expression } = node;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

function exported(made: FunctionNode): boolean {
  const holder = ts.isArrowFunction(made) ? made.parent.parent.parent : made;
  return ts.canHaveModifiers(holder)
    ? (ts.getModifiers(holder) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    : false;
}

/** What a function returns in its own body. */
function returned(made: FunctionNode): ts.Expression[] {
  if (ts.isMethodSignature(made) || !made.body) return [];
  if (!ts.isBlock(made.body)) return [made.body];
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (functionOf(node)) return;
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(made.body, visit);
  return found;
}
