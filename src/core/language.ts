/**
 * The languages of the studio. A part's words stand beside it in English; a table of the same shape has them in another
 * language, so that a missing word is a type error in that table (docs/adr/0030).
 */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** Each language in its own words: who is lost in a foreign one finds the way back. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

/** What a table in English asks of a translation: the same keys, sentences and parameters. */
export type Translation<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Translation<T[K]> };

/**
 * The language to show.
 * @param setting what the artist chose; anything but a language of the studio follows the system
 * @param system a BCP 47 tag such as `de-AT`
 */
export function languageOf(setting: unknown, system: string): Language {
  const known = (tag: unknown): Language | undefined => languages.find((one) => one === tag);
  return known(setting) ?? known(system.split(/[-_]/)[0]?.toLowerCase()) ?? 'en';
}

/** The words of one language out of the tables of all. */
export function wordsIn<T>(
  language: Language,
  english: T,
  tables: Readonly<Record<Exclude<Language, 'en'>, Translation<T>>>,
): Translation<T> {
  // English is its own translation: every string of it is a string.
  return language === 'en' ? (english as unknown as Translation<T>) : tables[language];
}
