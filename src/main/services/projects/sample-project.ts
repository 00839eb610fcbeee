/**
 * The sample project of a new library: a small film that plays before anything is generated. It is a folder that
 * `onionskin sample` made on this very code: sample.json (records, takes with their recipes) and the frames as PNG.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import * as schemas from '@contracts/document';
import { TakeView } from '@contracts/job';
import { Recipe } from '@contracts/recipe';
import type { DocumentRecord } from '@core/document/records';
import { AppError } from '@core/errors';
import type { Clock } from '../../platform/clock';
import { fileErrorFrom } from '../../platform/fs-atomic';
import { decodePng } from '../../platform/png';
import type { LibraryDatabase } from '../database/library-database';
import type { FrameStore } from '../media/frame-store';
import type { TakeStore } from '../takes/take-store';

export const SampleFile = z.object({
  schema: z.literal(1),
  records: z.array(schemas.DocumentRecord).min(1),
  /** Oldest first. */
  takes: z.array(z.object({ view: TakeView, recipe: Recipe })),
});
export type SampleFile = z.infer<typeof SampleFile>;

export interface SampleTargets {
  readonly db: LibraryDatabase;
  readonly frames: FrameStore;
  readonly takes: TakeStore;
  readonly clock: Clock;
  createFrom(records: readonly DocumentRecord[]): string;
}

/**
 * Installs the sample into a library that never had a project; any other library is left alone.
 * @returns the project's id, or null when there was nothing to do
 * @throws AppError library/corrupt when the sample's own files are damaged, or what writing to the library throws
 */
export async function installSample(
  sampleDir: string,
  { db, frames, takes, clock, createFrom }: SampleTargets,
): Promise<string | null> {
  const any = db.get(z.object({ found: z.int() }), 'SELECT EXISTS (SELECT 1 FROM projects) AS found');
  if (any?.found === 1) return null;
  const sample = SampleFile.parse(JSON.parse(await readSampleFile(path.join(sampleDir, 'sample.json'), 'utf8')));
  const hashes = new Set(sample.takes.flatMap(({ view }) => view.frames));
  for (const hash of hashes) await copyFrame(sampleDir, hash, frames);
  const now = clock.now();
  return db.transaction(() => {
    const projectId = createFrom(sample.records);
    sample.takes.forEach(({ view, recipe }, index) => {
      const { id, shotId, segmentId, parentTakeId, draftKey } = view;
      // Their order in time is their order in the file.
      const createdAt = now - sample.takes.length + index;
      takes.add({
        ...{ id, projectId, shotId, segmentId, parentTakeId, recipe, draftKey, frames: view.frames, createdAt },
      });
    });
    return projectId;
  });
}

async function copyFrame(sampleDir: string, hash: string, frames: FrameStore): Promise<void> {
  const name = `${hash}.png`;
  const { rgb, width, height } = decodePng(await readSampleFile(path.join(sampleDir, 'frames', name)), name);
  const stored = await frames.put(rgb, width, height);
  if (stored.hash !== hash)
    throw new AppError(
      'library/corrupt',
      `frame ${hash.slice(0, 12)}… of the sample project is not what its name says`,
      {
        field: 'sample',
        value: name,
        remedy: 'Install Onionskin again, or start with a new project: nothing of yours is affected.',
      },
    );
}

async function readSampleFile(file: string): Promise<Uint8Array>;
async function readSampleFile(file: string, encoding: 'utf8'): Promise<string>;
async function readSampleFile(file: string, encoding?: 'utf8'): Promise<Uint8Array | string> {
  try {
    return await readFile(file, encoding ?? null);
  } catch (error) {
    throw fileErrorFrom(error, file);
  }
}
