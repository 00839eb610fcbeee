/** The queue: runs, exports, and what may be done to them. */
import { AppError } from '@core/errors';
import type { JobPayload } from '@contracts/job';
import { freeMemoryBytes } from '../platform/free-memory';
import { freeDiskBytes } from '../services/library/free-space';
import { clipFilm, requestExport } from '../services/queue/request-export';
import type { Studio } from '../studio';
import type { Generate } from './generate';
import type { Services } from './services';

export function jobsOf(services: Services, generate: Generate): Studio['jobs'] {
  const {
    paths,
    clock,
    newId,
    threads,
    takes,
    jobs,
    queue,
    calibration,
    models,
    ladder,
    projects,
    media,
    fittedFrame,
    interpolator,
    exportCosts,
  } = services;
  const exporting = {
    queue,
    takes,
    framesDir: paths.frames,
    jobsDir: paths.jobs,
    libraryDir: paths.dir,
    clock,
    newId,
    documentOf: (projectId: string) => projects.document(projectId),
    fittedFrame,
    soundFile: (mediaId: string) => media.soundOf(mediaId),
    interpolator,
  };
  return {
    list: () => jobs.list(),
    estimate: async ({ modelId, ...shape }) => ({
      ...calibration.estimate(models.get(modelId).manifest, { ...shape, provider: (await ladder.choose()).provider }),
      freeMemoryBytes: freeMemoryBytes(),
      freeDiskBytes: await freeDiskBytes(paths.dir),
    }),
    generate: async ({ device, ...input }) =>
      generate(input, { provider: (await ladder.choose(device)).provider, threads }),
    export: (input) => requestExport(input, exporting),
    clipFilm: (input) => clipFilm(input, exporting),
    estimateExport: (film) => exportCosts.estimate(film),
    cancel: (jobId, discards) => queue.cancel(jobId, discards),
    retry: (jobId) => queue.retry(jobId),
    pause: (jobId) => queue.pause(jobId),
    resume: (jobId) => queue.resume(jobId),
    reorder: (jobId, before) => queue.reorder(jobId, before),
    clearFinished: () => queue.clearFinished(),
    get: (jobId) => jobs.view(jobId),
    outPathOf: (jobId) => outPathOf(jobs.payload(jobId), jobId),
    settled: (jobId) => queue.settled(jobId),
  };
}

function outPathOf(payload: JobPayload, jobId: string): string {
  if (payload.kind === 'export') return payload.outPath;
  throw new AppError('job/invalid-state', 'This job writes no file.', {
    field: 'jobId',
    value: jobId,
    remedy: 'Ask for the path of an export.',
  });
}
