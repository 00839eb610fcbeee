/**
 * Errors in another language, by the English sentence they are written in where they are thrown: `{}` stands for what is
 * worked out there, in order, and `{1}`, `{2}` … for the same in the translation; `{1:w}` is one of the few words below,
 * `{1:s}` a whole sentence again.
 */
import type { SentenceForm } from '../core-sentences';

export type ErrorTable = Readonly<Record<string, string>>;

/** The form of each sentence, those with most words first: `there is nothing to paste` before `there is nothing to {}`. */
export function formsOf(table: ErrorTable, words: ErrorTable): SentenceForm[] {
  const forms: SentenceForm[] = Object.entries(table)
    .sort(([a], [b]) => wordsIn(b) - wordsIn(a))
    .map(([english, translation]) => {
      const form = new RegExp(`^${english.split('{}').map(escaped).join('([^]*?)')}$`);
      return [form, (...found: string[]) => filled(translation, found, words, (text) => said(text, forms))];
    });
  return forms;
}

export function said(sentence: string, forms: readonly SentenceForm[]): string {
  for (const [form, say] of forms) {
    const match = form.exec(sentence);
    if (match !== null) return say(...match.slice(1));
  }
  return sentence;
}

function filled(text: string, found: readonly string[], words: ErrorTable, sentence: (text: string) => string): string {
  return text.replace(/\{(\d)(?::([ws]))?\}/g, (_all, place: string, kind: string | undefined) => {
    const value = found[Number(place) - 1] ?? '';
    if (kind === 'w') return words[value] ?? value;
    return kind === 's' ? sentence(value) : value;
  });
}

function wordsIn(text: string): number {
  return text.replaceAll('{}', '').length;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
