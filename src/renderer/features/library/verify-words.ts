/**
 * A check of the library in sentences: what is wrong, what that touches and what to do about it.
 */
import type { VerifyReport } from '@contracts/library';
import { strings } from './strings';

export interface VerifyWords {
  readonly headline: string;
  /** What was read, and what is harmless. */
  readonly facts: readonly string[];
  readonly problems: readonly { readonly text: string; readonly remedy: string }[];
}

const NAMED = 5;

export function verifyWords(report: VerifyReport): VerifyWords {
  const { missingFrames, damagedFrames, missingMedia, damagedMedia, database, affectedTakes } = report;
  const problems: { text: string; remedy: string }[] = [];
  const films = new Set(affectedTakes.map((take) => take.projectId)).size;
  const where = affectedTakes.length === 0 ? '' : ` ${strings.affected(affectedTakes.length, films)}`;
  const note = (text: string, remedy: string): number => problems.push({ text, remedy });
  if (missingFrames.length > 0) note(strings.missingFrames(missingFrames.length) + where, strings.framesRemedy);
  if (damagedFrames.length > 0) note(strings.damagedFrames(damagedFrames.length) + where, strings.framesRemedy);
  if (missingMedia.length > 0) note(strings.missingMedia(listed(missingMedia)), strings.mediaRemedy);
  if (damagedMedia.length > 0) note(strings.damagedMedia(listed(damagedMedia)), strings.mediaRemedy);
  for (const sentence of database.slice(0, NAMED)) note(strings.databaseProblem(sentence), strings.databaseRemedy);
  const facts = [strings.read(report.framesChecked, report.mediaChecked, report.bytesRead)];
  if (report.unnamedFiles > 0) facts.push(strings.unnamed(report.unnamedFiles, report.unnamedBytes));
  return { headline: report.isSound ? strings.sound : strings.unsound(problems.length), facts, problems };
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(rest > 0 ? [strings.more(rest)] : [])].join(', ');
}
