/** Decides cheaply whether a document is ConvLens' business: Python (a file or a notebook) that mentions Keras or TensorFlow. */
import type * as vscode from 'vscode';

const MENTION = /\b(?:keras|tensorflow|tf_keras)\b/;

/** True for a Python document, in a notebook cell too. */
export function isPython(document: vscode.TextDocument): boolean {
  return document.languageId === 'python';
}

/** True when the text mentions a library that ConvLens reads. One scan of the text, no parsing. */
export function mentionsKeras(text: string): boolean {
  return MENTION.test(text);
}
