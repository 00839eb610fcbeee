/**
 * The language of this window. Main names it in the page's address, before any word is read; another language is
 * another load of the page, which costs a moment and keeps every table a plain object.
 */
import { languageOf, wordsIn, type Language, type Translation } from '@core/language';

export type { Translation } from '@core/language';

/** Outside a page (unit tests) English. */
export const language: Language =
  typeof location === 'undefined' ? 'en' : languageOf(new URLSearchParams(location.search).get('language'), 'en');

export function inLanguage<T>(english: T, tables: { readonly de: Translation<T> }): Translation<T> {
  return wordsIn(language, english, tables);
}
