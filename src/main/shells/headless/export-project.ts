/**
 * `onionskin export`: a project's timeline, between its in and out points, as a file.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError, invalidInput } from '@core/errors';
import { documentFromRecords } from '@core/document/apply-diff';
import { filmEnd, projectOf } from '@core/document/access';
import { SMOOTHINGS, type Smoothing } from '@core/interpolation/smoothing';
import { ExportPreset } from '@contracts/job';
import type { ProjectSummary } from '@contracts/ipc';
import type { CommandContext } from './context';
import { formatSeconds } from './reporter';
import { settledJob } from './run-take';

export interface ExportOptions {
  readonly preset?: string;
  readonly out?: string;
  /** 1 … 4; absent = 1. */
  readonly smooth?: string;
  /** commander's form of --no-recipe. */
  readonly recipe?: boolean;
}

export async function exportProject(context: CommandContext, nameOrId: string, options: ExportOptions): Promise<void> {
  const { studio, reporter, signal } = context;
  const preset = parsePreset(options.preset);
  const smoothing = parseSmoothing(options.smooth ?? '1');
  if (options.out === undefined || options.out === '')
    throw invalidInput('--out', '', 'must name a file', 'try --out film.mp4');
  const outPath = resolve(options.out);
  const project = findProject([...studio.projects.list('shelf'), ...studio.projects.list('archive')], nameOrId);
  const doc = documentFromRecords(studio.projects.open(project.id).records);
  const { inPoint, outPoint } = projectOf(doc);
  const from = inPoint ?? 0;
  const to = outPoint ?? filmEnd(doc);
  if (to <= from)
    throw new AppError('export/empty', `the project ${project.name} has no frames to export`, {
      remedy: 'Put a clip on the timeline, or clear the in and out points.',
    });
  const startMs = performance.now();
  let jobId: string | null = null;
  const stopListening = studio.on('export.progress', (progress) => {
    if (progress.jobId === jobId) reporter.exporting(progress);
  });
  try {
    jobId = await studio.jobs.export({
      ...{ projectId: project.id, preset, outPath, from, to, smoothing },
      embedRecipe: options.recipe !== false,
    });
    await settledJob(studio, jobId, signal);
  } finally {
    stopListening();
    reporter.clear();
  }
  const seconds = (performance.now() - startMs) / 1000;
  const bytes = await bytesAt(outPath);
  const frameCount = (to - from) * smoothing;
  reporter.line(`${outPath}: ${frameCount} frames in ${formatSeconds(seconds)}`);
  reporter.event('done', {
    projectId: project.id,
    path: outPath,
    frameCount,
    bytes,
    seconds: { total: seconds },
  });
}

/** Of a file, or of all files in a folder. */
async function bytesAt(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.size;
  const sizes = (await readdir(path)).map((name) => bytesAt(join(path, name)));
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

function parsePreset(text: string | undefined): ExportPreset {
  const parsed = ExportPreset.safeParse(text);
  if (parsed.success) return parsed.data;
  throw invalidInput('--preset', text ?? '', 'is not a preset', `try one of: ${ExportPreset.options.join(', ')}`);
}

function parseSmoothing(text: string): Smoothing {
  const found = SMOOTHINGS.find((smoothing) => String(smoothing) === text);
  if (found !== undefined) return found;
  throw invalidInput('--smooth', text, 'is not a multiple of the rate', `try one of: ${SMOOTHINGS.join(', ')}`);
}

/** By id, else by name. @throws AppError project/not-found; input/invalid for a name that several projects have */
export function findProject(projects: readonly ProjectSummary[], nameOrId: string): ProjectSummary {
  const byId = projects.find(({ id }) => id === nameOrId);
  if (byId !== undefined) return byId;
  const named = projects.filter(({ name }) => name === nameOrId);
  const [only] = named;
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ');
    throw invalidInput('PROJECT', nameOrId, `is the name of ${named.length} projects`, `name one by its id: ${ids}`);
  }
  if (only !== undefined) return only;
  const names = projects.slice(0, 10).map(({ name }) => name);
  throw new AppError('project/not-found', 'there is no such project in this library', {
    field: 'PROJECT',
    value: nameOrId,
    remedy:
      names.length === 0
        ? 'this library has no projects; is it the right --library?'
        : `try one of: ${names.join(', ')}`,
  });
}
