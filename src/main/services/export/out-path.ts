/**
 * Where an export goes: the temporary sibling it is written to, what may be replaced, and the errors of a disk in words.
 * A folder is replaced only when an export made everything in it.
 */
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, posix, sep } from 'node:path';
import { z } from 'zod';
import { AppError } from '@core/errors';
import { CONTENTS_FILE } from '@core/interchange/files';
import type { ExportPreset } from '@contracts/job';
import { errnoOf, syncDir, syncFile } from '../../platform/fs-atomic';

/** Beside the frames of a PNG sequence. */
export const RECIPE_FILE = 'recipe.json';
export const Contents = z.object({ files: z.array(z.string()) });
export type Contents = z.infer<typeof Contents>;

export function isFolderPreset(preset: ExportPreset): boolean {
  return preset === 'png-sequence' || preset === 'timeline';
}

/** The temporary sibling a film is written to; it keeps the ending, by which ffmpeg and people know the format. */
export function partialPathOf(outPath: string): string {
  const ending = extname(outPath);
  return join(dirname(outPath), `${basename(outPath, ending)}.partial${ending}`);
}

/**
 * Fails early, before anything is generated or drawn, where an export could only fail late.
 * @throws AppError export/write-failed
 */
export async function assertCanWrite(preset: ExportPreset, outPath: string): Promise<void> {
  const folder = dirname(outPath);
  const parent = await stat(folder).catch(() => null);
  if (parent === null || !parent.isDirectory())
    throw cannotWrite(outPath, `the folder ${folder} does not exist`, 'Make the folder first, or choose another one.');
  const existing = await stat(outPath).catch(() => null);
  if (isFolderPreset(preset)) {
    if (existing !== null && !existing.isDirectory())
      throw cannotWrite(outPath, `${outPath} is a file`, 'These files need a folder of their own.');
    if (existing !== null) await assertOurs(outPath);
  } else if (existing !== null && !existing.isFile()) {
    throw cannotWrite(outPath, `${outPath} is not a file`, 'Give the film a file name.');
  }
  const trial = partialPathOf(outPath);
  try {
    // The very name the export will use, so that nothing else can be in its way.
    if (isFolderPreset(preset)) await rm(trial, { recursive: true, force: true });
    const handle = await open(trial, 'w');
    await handle.close();
    await rm(trial, { force: true });
  } catch (error) {
    throw writeErrorFrom(error, outPath);
  }
}

export async function writeFlushed(path: string, data: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A folder cannot be renamed over another: the old one steps aside, and goes when the new one stands. */
export async function replaceFolder(partial: string, outPath: string): Promise<void> {
  const aside = `${outPath}.replaced`;
  const hadOld = (await stat(outPath).catch(() => null)) !== null;
  if (hadOld) {
    await assertOurs(outPath);
    await rm(aside, { recursive: true, force: true });
    await rename(outPath, aside);
  }
  try {
    await rename(partial, outPath);
  } catch (error) {
    if (hadOld) await rename(aside, outPath);
    throw error;
  }
  await syncDir(dirname(outPath));
  if (hadOld) await rm(aside, { recursive: true, force: true });
}

/** @throws AppError export/write-failed */
async function assertOurs(folder: string): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.split(sep).join('/'));
  const listed = await contentsOf(folder);
  const foreign = names.find((name) => (listed === null ? !isOfSequence(name) : !listed.has(name)));
  if (foreign !== undefined)
    throw cannotWrite(folder, `${folder} holds other files (${foreign})`, 'Choose an empty or a new folder.');
}

function isOfSequence(name: string): boolean {
  return /^\d{6,}\.png$/.test(name) || name === RECIPE_FILE;
}

/** null when the folder has no list, or one that nobody wrote. */
async function contentsOf(folder: string): Promise<ReadonlySet<string> | null> {
  try {
    const { files } = Contents.parse(JSON.parse(await readFile(join(folder, CONTENTS_FILE), 'utf8')));
    return new Set([...files, ...files.map((file) => posix.dirname(file)), CONTENTS_FILE]);
  } catch {
    return null;
  }
}

/** Flushed, then under its name. -> its bytes */
export async function finishFile(partial: string, outPath: string): Promise<number> {
  await syncFile(partial);
  await rename(partial, outPath);
  await syncDir(dirname(outPath));
  return (await stat(outPath)).size;
}

export function cannotWrite(path: string, message: string, remedy: string): AppError {
  return new AppError('export/write-failed', message, { field: 'file', value: path, remedy });
}

/** What the disk refused, as an error of the export; any other error as it is. */
export function writeErrorFrom(error: unknown, outPath: string): unknown {
  if (error instanceof AppError) return error;
  const code = errnoOf(error);
  if (code === null) return error;
  const remedy =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'Free some space on that disk, or export to another one.'
      : 'Choose a folder you may write to.';
  return new AppError(
    'export/write-failed',
    `${outPath} could not be written (${code})`,
    { field: 'file', value: outPath, remedy },
    error,
  );
}
