/**
 * `--out`: a run of stored frames as a file, through the same exporter that exports timelines. The plan is the simplest
 * there is: one layer per frame.
 */
import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { AppError, invalidInput } from '@core/errors';
import type { FilmPlan } from '@core/export/plan';
import type { Rate } from '@core/time/rate';
import type { ExportPreset } from '@contracts/job';
import type { Recipe } from '@contracts/recipe';
import { libraryPaths } from '@main/platform/paths';
import type { Exporter } from '@main/services/export/exporter';
import { assertCanWrite } from '@main/services/export/out-path';
import type { Reporter } from './reporter';

export interface OutFile {
  readonly path: string;
  readonly preset: ExportPreset;
}

/**
 * Reads --out and makes sure that it can be written, before minutes are spent on what is to be written there.
 * @throws AppError input/invalid
 */
export async function parseOut(text: string | undefined): Promise<OutFile> {
  if (text === undefined || text === '')
    throw invalidInput(
      '--out',
      '',
      'must name a file or a folder',
      'try --out film.mp4, --out film.gif or --out frames/',
    );
  const out = { path: resolve(text), preset: await presetOf(text) };
  try {
    await assertCanWrite(out.preset, out.path);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw invalidInput('--out', text, error.message, error.detail.remedy ?? 'choose another place');
  }
  return out;
}

async function presetOf(text: string): Promise<ExportPreset> {
  if (/[\\/]$/.test(text) || (await stat(text).catch(() => null))?.isDirectory() === true) return 'png-sequence';
  const ending = extname(text).toLowerCase();
  if (ending === '.mp4') return 'h264-mp4';
  if (ending === '.mov') return 'prores-mov';
  if (ending === '.gif') return 'gif';
  throw invalidInput(
    '--out',
    text,
    'must end in .mp4, .mov, .gif or, for a folder of PNGs, in /',
    'try --out film.mp4',
  );
}

export interface FramesToWrite {
  readonly frames: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  readonly recipes: readonly Recipe[];
}

export async function writeOut(
  film: FramesToWrite,
  out: OutFile,
  options: {
    readonly exporter: Exporter;
    readonly libraryDir: string;
    readonly reporter: Reporter;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { exporter, reporter, signal } = options;
  const { width, height, rate } = film;
  const plan: FilmPlan = {
    ...{ width, height, rate, from: 0, to: film.frames.length, missing: [] },
    frames: film.frames.map((frame) => [{ frame, opacity256: 256 }]),
  };
  const paths = libraryPaths(options.libraryDir);
  const jobDir = join(paths.jobs, `cli-${randomUUID()}`);
  const task = {
    plan,
    preset: out.preset,
    framesDir: paths.frames,
    outPath: out.path,
    recipes: film.recipes,
    sound: null,
    smooth: null,
    interchange: null,
  };
  try {
    await exporter.run(task, { jobDir, signal, onProgress: (progress) => reporter.exporting(progress) });
  } finally {
    reporter.clear();
    await rm(jobDir, { recursive: true, force: true });
  }
}
