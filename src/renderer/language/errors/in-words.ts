/**
 * What an error says, in the window's language. Errors are written in English where they are thrown, and logged so; a
 * sentence that is not known here is shown as it is.
 */
import { language } from '../language';
import { said } from './error-table';
import { germanErrors } from './german';

/** As an AppError has it, and as it comes from other processes. */
interface Said {
  readonly message: string;
  readonly detail: { readonly remedy?: string | undefined };
}

export function messageOf(error: Said): string {
  return inWindow(error.message);
}

export function remedyOf(error: Said): string | undefined {
  return error.detail.remedy === undefined ? undefined : inWindow(error.detail.remedy);
}

function inWindow(sentence: string): string {
  return language === 'de' ? said(sentence, germanErrors) : sentence;
}
