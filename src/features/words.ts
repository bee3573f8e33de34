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

/** Sets the language of everything that the features say. It is one per process, like the display language of an editor. */
export function speak(translate: Translate): void {
  translator = translate;
}

/** A sentence of the catalogue (`media/l10n`). The first argument is a literal: a test collects them. */
export function t(message: string, ...args: (string | number)[]): string {
  return translator(message, ...args);
}

/** The translation of a key that is no sentence; null where there is none. */
export function translated(key: string): string | null {
  const text = translator(key);
  return text === key ? null : text;
}

/** True when the reader's language is not English: explanations that others wrote in English then get a heading. */
export function isForeign(): boolean {
  return translator !== english;
}
