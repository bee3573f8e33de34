/**
 * The words of the features in the reader's language. The English sentence is the key, as in VS Code's own `l10n`, with
 * `{0}`, `{1}` for what is put in; a host that shows another language gives its translator once, at its start.
 */

/** Gives a sentence in the reader's language with its arguments put in. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** English: the sentence itself. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));

let translator: Translate = english;
let catalogue: Readonly<Record<string, string>> = {};

/**
 * Sets the language of everything that the features say, with its catalogue by English sentence. It is one per process, like
 * the display language of an editor.
 */
export function speak(translate: Translate, sentences: Readonly<Record<string, string>> = {}): void {
  translator = translate;
  catalogue = sentences;
}

/** All of the language's catalogue; empty in English. */
export function entries(): Readonly<Record<string, string>> {
  return catalogue;
}

/** A sentence of the catalogue (`media/l10n`). The first argument is a literal: a test collects them. */
export function t(message: string, ...args: (string | number)[]): string {
  return translator(message, ...args);
}

/** What the catalogue has for a key that is no sentence; null where it has nothing. */
export function translated(key: string): string | null {
  return catalogue[key] ?? null;
}
