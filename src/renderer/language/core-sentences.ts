/**
 * Sentences that core writes (why a take is stale, where a plan differs) in the window's language. Core knows no
 * languages: its sentences are recognised by their form; one that is not known is shown as it is.
 */
import { language } from './language';
import { german } from './core-sentences.de';

export type SentenceForm = readonly [form: RegExp, say: (...found: string[]) => string];

export function inWords(sentence: string): string {
  return language === 'de' ? translated(sentence, german) : sentence;
}

export function translated(sentence: string, forms: readonly SentenceForm[]): string {
  for (const [form, say] of forms) {
    const match = form.exec(sentence);
    if (match !== null) return say(...match.slice(1).map((part) => part ?? ''));
  }
  return sentence;
}
