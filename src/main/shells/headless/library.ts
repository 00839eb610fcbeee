/**
 * `onionskin library …`: the library's own housekeeping. What would be removed is said first; --apply removes it.
 */
import type { Command } from 'commander';
import { AppError } from '@core/errors';
import type { ReclaimItem } from '@contracts/library';
import type { CommandContext } from './context';

type Work = (context: CommandContext) => Promise<void>;

export interface LibraryCommandsOptions {
  readonly shared: (command: Command) => Command;
  readonly withStudio: (given: Record<string, never>, work: Work) => Promise<void>;
}

export function addLibraryCommands(program: Command, { shared, withStudio }: LibraryCommandsOptions): void {
  const library = program.command('library').description('the folder in which everything is kept');
  shared(
    library.command('verify').description('reads every file and compares it with its hash; changes nothing'),
  ).action((given: Record<string, never>) => withStudio(given, verifyLibrary));
  shared(library.command('reclaim').description('says what could be removed, and removes it with --apply'))
    .option('--apply', 'remove unreferenced files and projects in the trash')
    .action((given: Record<string, never> & { readonly apply?: boolean }) =>
      withStudio(given, (context) => reclaimSpace(context, given.apply === true)),
    );
  shared(library.command('backups').description('lists the backups of the database, newest first')).action(
    (given: Record<string, never>) => withStudio(given, listBackups),
  );
  shared(
    library.command('restore <backup>').description('goes back to a backup; the database of now is moved aside'),
  ).action((name: string, given: Record<string, never>) =>
    withStudio(given, (context) => restoreBackup(context, name)),
  );
}

export async function listBackups({ studio, reporter }: CommandContext): Promise<void> {
  const backups = await studio.library.backups();
  for (const { name, createdAt, bytes } of backups)
    reporter.line(`${name}  ${new Date(createdAt).toISOString()}  ${megabytes(bytes)}`);
  if (backups.length === 0) reporter.line('there are no backups yet');
  reporter.event('done', { backups });
}

/** @throws AppError input/not-found, library/corrupt (the backup is damaged) */
export async function restoreBackup({ studio, reporter }: CommandContext, name: string): Promise<void> {
  await studio.library.restoreBackup(name);
  reporter.line(`✓ the library is that of ${name} when it is opened next; the database of now is then moved aside`);
  reporter.event('done', { backup: name });
}

/** @throws AppError library/corrupt when anything is missing or damaged, after all of it was said */
export async function verifyLibrary({ studio, reporter, signal }: CommandContext): Promise<void> {
  const report = await studio.library.verify({
    signal,
    onProgress: (progress) => reporter.event('progress', { ...progress }),
  });
  for (const line of report.database) reporter.line(`✗ database: ${line}`);
  for (const hash of report.missingFrames) reporter.line(`✗ frame ${hash} has no file`);
  for (const hash of report.damagedFrames) reporter.line(`✗ frame ${hash} is damaged`);
  for (const file of report.missingMedia) reporter.line(`✗ media/${file} is not there`);
  for (const file of report.damagedMedia) reporter.line(`✗ media/${file} is damaged`);
  for (const { takeId } of report.affectedTakes) reporter.line(`  take ${takeId} shows one of them`);
  if (report.unnamedFiles > 0)
    reporter.line(`${report.unnamedFiles} files (${megabytes(report.unnamedBytes)}) belong to nothing`);
  reporter.event('done', { ...report });
  if (!report.isSound)
    throw new AppError('library/corrupt', 'The library is not whole.', {
      field: 'library',
      value: studio.libraryDir,
      remedy: 'Generate the takes named above again, or restore the folder from your own backup.',
    });
  reporter.line(
    `✓ ${report.framesChecked} frames and ${report.mediaChecked} imported files are whole (${megabytes(report.bytesRead)} read)`,
  );
}

/** Backups and databases put aside are listed and never removed from here. */
export async function reclaimSpace({ studio, reporter, signal }: CommandContext, isApplied: boolean): Promise<void> {
  const plan = await studio.library.reclaimPlan(signal);
  for (const item of plan.items) reporter.line(`${describeItem(item)}: ${megabytes(item.bytes)}`);
  const removable: readonly string[] = [
    'unreferenced',
    'trashed-project',
    'trashed-takes',
  ] satisfies ReclaimItem['kind'][];
  const items = plan.items.filter(({ kind }) => removable.includes(kind));
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  if (!isApplied) {
    reporter.line(items.length === 0 ? 'nothing to remove' : `--apply would give back ${megabytes(bytes)}`);
    reporter.event('done', { ...plan, applied: null });
    return;
  }
  const report = await studio.library.reclaim({ items, bytes }, { signal });
  reporter.line(`removed ${report.filesRemoved} files, ${megabytes(report.bytesFreed)}`);
  reporter.event('done', { ...plan, applied: report });
}

function describeItem(item: ReclaimItem): string {
  switch (item.kind) {
    case 'unreferenced':
      return `${item.files} files that nothing uses`;
    case 'trashed-project':
      return `project “${item.name}” in the trash, ${item.takes} takes`;
    case 'trashed-takes':
      return `${item.takes} pruned takes of “${item.name}”`;
    case 'backup':
      return `backups/${item.name} (kept)`;
    case 'moved-aside':
      return `${item.name} (kept)`;
    default:
      return item satisfies never;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
