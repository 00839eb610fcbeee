/**
 * What the queue does with each kind of job: sampling, conforming footage, writing a film. The queue itself knows only that
 * a job runs, is kept, goes on or is discarded.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import { discardCheckpoints } from '../engine/checkpoint-files';
import type { EngineHost } from '../engine/engine-host';
import type { Clock } from '../platform/clock';
import type { LibraryPaths } from '../platform/paths';
import type { Exporter, ExporterProcess } from '../services/export/exporter';
import type { ExportCosts } from '../services/export/export-costs';
import type { FootageService } from '../services/footage/footage-service';
import type { ConformPace } from '../services/footage/pace';
import type { StudioEmitter } from '../services/library/event-emitter';
import type { FrameStore } from '../services/media/frame-store';
import type { ModelRegistry } from '../services/models/model-registry';
import type { Calibration } from '../services/queue/calibration';
import { conformStep, keepConform, runConform, type ConformRunOptions } from '../services/queue/conform-run';
import { runExport } from '../services/queue/export-run';
import { keepGeneration, resumeStepOf, runGeneration, type GenerateRunOptions } from '../services/queue/generate-run';
import type { JobRunner } from '../services/queue/job-queue';
import type { JobStore } from '../services/queue/job-store';
import type { TakeStore } from '../services/takes/take-store';

interface JobRunnerOptions {
  readonly paths: LibraryPaths;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly transaction: <T>(change: () => T) => T;
  readonly checkpointEveryMs: number | undefined;
  readonly spawnExporter: () => ExporterProcess;
  readonly engine: EngineHost;
  readonly exporter: Exporter;
  readonly frames: FrameStore;
  readonly footage: FootageService;
  readonly pace: ConformPace;
  readonly exportCosts: ExportCosts;
  readonly models: ModelRegistry;
  readonly jobs: JobStore;
  readonly takes: TakeStore;
  readonly calibration: Calibration;
  readonly events: StudioEmitter;
}

export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { paths, clock, newId, transaction, engine, frames, footage, models, jobs, takes, calibration, events } =
    options;
  const generation: GenerateRunOptions = {
    engine,
    framesDir: paths.frames,
    jobsDir: paths.jobs,
    checkpointEveryMs: options.checkpointEveryMs,
    packageDirOf: (modelId) => models.packageDirOf(modelId),
    jobs,
    takes,
    calibration,
    transaction,
    clock,
    newId,
    onProgress: (progress) => events.emit('jobs.progress', { progress }),
    onFrames: (jobId, made) => events.emit('jobs.frames', { jobId, frames: made }),
    manifestOf: (modelId) => models.get(modelId).manifest,
  };
  const conforming: ConformRunOptions = {
    spawn: options.spawnExporter,
    footage,
    pace: options.pace,
    frames,
    jobs,
    takes,
    transaction,
    clock,
    newId,
    onProgress: (progress) => events.emit('conform.progress', progress),
    onFrames: (jobId, made) => events.emit('jobs.frames', { jobId, frames: made }),
  };
  const exporting = {
    exporter: options.exporter,
    exportCosts: options.exportCosts,
    jobsDir: paths.jobs,
    clock,
    onProgress: (progress: { jobId: string; done: number; total: number; framesPerSecond: number }) =>
      events.emit('export.progress', progress),
  };
  return {
    run: async (payload, context) => {
      switch (payload.kind) {
        case 'generate':
          return runGeneration(payload, context, generation);
        case 'conform':
          return runConform(payload, context, conforming);
        case 'export':
          await runExport(context, exporting);
          return null;
        default:
          return payload satisfies never;
      }
    },
    keep: (payload, context, whole) => {
      if (payload.kind === 'generate') return keepGeneration(payload, context, whole, generation);
      return payload.kind === 'conform' ? keepConform(payload, context, whole, conforming) : {};
    },
    announce: ({ projectId }, { take }) => {
      if (take !== undefined && projectId !== null) events.emit('takes.added', { projectId, take });
    },
    resumeStep: (payload, jobId) => {
      if (payload.kind === 'generate') return resumeStepOf(payload, join(paths.jobs, jobId));
      return payload.kind === 'conform' ? conformStep(payload, jobId, jobs) : null;
    },
    heldJobs: () => readdirSync(paths.jobs),
    discard: (jobId) => {
      discardCheckpoints(join(paths.jobs, jobId));
      // The plan of an export goes once the row says that the film stands; until then it may have to run again.
      if (isDone(jobs, jobId)) rmSync(join(paths.jobs, jobId), { recursive: true, force: true });
    },
  };
}

function isDone(jobs: JobStore, jobId: string): boolean {
  try {
    return jobs.view(jobId).state === 'done';
  } catch (error) {
    // A folder without a row is the sweep's affair.
    if (error instanceof AppError && error.code === 'job/not-found') return false;
    throw error;
  }
}
