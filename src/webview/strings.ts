/** The panel's words in the editor's language. */
import { EN, type StringKey } from './strings/en';
import { ZH } from './strings/zh';

export type { StringKey };

export const LANGUAGES = { en: EN, zh: ZH } as const;

export type Translate = (key: StringKey, ...values: (string | number)[]) => string;

/** Words for an editor language such as `en`, `zh-cn`; English for any other. */
export function translator(language: string): Translate {
  const words = language.toLowerCase().startsWith('zh') ? ZH : EN;
  return (key, ...values) =>
    words[key].replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));
}
