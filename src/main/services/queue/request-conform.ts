/**
 * From a segment of footage to a job that fills it: what to conform is read from the document as it is, and what can be
 * refused (an original that is gone or another, a full disk) is refused now.
 */
import { recordOf } from '@core/document/access';
import type { Document } from '@core/document/records';
import { invalidInput } from '@core/errors';
import { footageKey } from '@core/footage/footage-key';
import type { FootageRecipe } from '@contracts/recipe';
import type { Clock } from '../../platform/clock';
import { findFfmpeg } from '../ffmpeg/find-ffmpeg';
import type { FootageService } from '../footage/footage-service';
import { assertFreeSpace } from '../library/free-space';
import type { JobQueue } from './job-queue';

export interface RequestConformOptions {
  readonly queue: JobQueue;
  readonly footage: FootageService;
  readonly libraryDir: string;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly documentOf: (projectId: string) => Document;
}

/**
 * @returns the job's id
 * @throws AppError input/invalid, media/not-found, media/unreadable, library/disk-full, queue/full
 */
export async function requestConform(
  { projectId, segmentId }: { readonly projectId: string; readonly segmentId: string },
  options: RequestConformOptions,
): Promise<string> {
  const { queue, footage, clock, newId, appVersion } = options;
  const document = options.documentOf(projectId);
  const segment = recordOf(document, 'segment', segmentId);
  if (segment.footage === undefined)
    throw invalidInput('segmentId', segmentId, 'this part is not imported', 'Generate it instead.');
  const { width, height, rate } = recordOf(document, 'shot', segment.shotId);
  const { mediaId, from, fit } = segment.footage;
  const { frameCount } = segment;
  const { media } = await footage.online(mediaId);
  // A PNG is never much larger than its pixels.
  await assertFreeSpace(options.libraryDir, frameCount * width * height * 3);
  const recipe: FootageRecipe = {
    ...{ schema: 1, family: 'footage', mediaId, sha256: media.sha256, from, frameCount, rate, width, height, fit },
    versions: { app: appVersion, ffmpeg: (await findFfmpeg()).version },
  };
  return queue.add({
    id: newId(),
    projectId,
    title: media.name,
    frameCount,
    payload: { kind: 'conform', shotId: segment.shotId, segmentId, recipe, draftKey: footageKey(document, segment) },
    createdAt: clock.now(),
  });
}
