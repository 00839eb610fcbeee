/**
 * The one file that names implementations: opens a library and joins the services into a Studio. Both shells, the tests
 * and the benchmarks build theirs here; how child processes are made is theirs to say.
 */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@core/errors';
import type { JobPayload } from '@contracts/job';
import { EngineHost } from './engine/engine-host';
import type { EngineProcess } from './engine/engine-process';
import { systemClock, type Clock } from './platform/clock';
import { fileErrorFrom } from './platform/fs-atomic';
import type { Log } from './platform/log';
import { runDoctor } from './services/doctor/doctor';
import { createProviderProbe } from './services/doctor/provider-probe';
import { Exporter, type ExporterProcess } from './services/export/exporter';
import { BackgroundSweep } from './services/library/background-sweep';
import { StudioEmitter } from './services/library/event-emitter';
import { openLibrary, type Library } from './services/library/library';
import { FrameStore } from './services/media/frame-store';
import { MediaService } from './services/media/media-service';
import { ModelRegistry } from './services/models/model-registry';
import { installSample } from './services/projects/sample-project';
import { ProjectService } from './services/projects/project-service';
import { Calibration } from './services/queue/calibration';
import { runExport } from './services/queue/export-run';
import { keepGeneration, runGeneration, type GenerateRunOptions } from './services/queue/generate-run';
import { JobQueue, type JobRunner } from './services/queue/job-queue';
import { JobStore } from './services/queue/job-store';
import { requestExport } from './services/queue/request-export';
import { requestGeneration } from './services/queue/request-generation';
import { TakeStore } from './services/takes/take-store';
import type { Studio } from './studio';

export interface OpenStudioOptions {
  readonly libraryDir: string;
  /** Folder whose sub-folders are the model packages that come with the app (resources/models). */
  readonly embeddedModelsDir: string;
  readonly spawnEngine: () => EngineProcess;
  /** Starts out/main/exporter.js. */
  readonly spawnExporter: () => ExporterProcess;
  /** Starts out/main/probe.js, for doctor. */
  readonly spawnProbe: () => ExporterProcess;
  readonly appVersion: string;
  readonly log: Log;
  /** ONNX Runtime's threads; part of every recipe. Default: the processor's, less one, at most 8. */
  readonly threads?: number;
  /** Called with each engine process, before its first message: the moment to hand over a preview port. */
  readonly onEngineSpawn?: (process: EngineProcess) => void;
  /** false (command line): jobs left waiting by another process go on waiting. Default true. */
  readonly runsEarlierJobs?: boolean;
  readonly clock?: Clock;
}

const MAX_DEFAULT_THREADS = 8;

/** @throws AppError library/in-use, read-only, disk-full, corrupt, newer-than-app, io */
export async function openStudio(options: OpenStudioOptions): Promise<Studio> {
  const { log, clock = systemClock } = options;
  const nativeBinding = process.env['ONIONSKIN_SQLITE_BINDING'];
  const embeddedDirs = await packageFolders(options.embeddedModelsDir);
  const library = await openLibrary(options.libraryDir, { clock, log, nativeBinding });
  try {
    return joinServices(library, options, { clock, embeddedDirs, nativeBinding });
  } catch (error) {
    await library.close();
    throw error;
  }
}

interface Surroundings {
  readonly clock: Clock;
  readonly embeddedDirs: readonly string[];
  readonly nativeBinding: string | undefined;
}

function joinServices(
  library: Library,
  options: OpenStudioOptions,
  { clock, embeddedDirs, nativeBinding }: Surroundings,
): Studio {
  const { log, appVersion } = options;
  const { db, paths } = library;
  const newId = randomUUID;
  const transaction = <T>(change: () => T): T => db.transaction(change);
  const threads = options.threads ?? Math.min(MAX_DEFAULT_THREADS, Math.max(1, availableParallelism() - 1));

  const events = new StudioEmitter(log);
  const sweep = new BackgroundSweep(log);
  const frames = new FrameStore(paths.frames);
  const models = new ModelRegistry({ embeddedDirs, listFile: paths.modelsFile });
  const engine = new EngineHost({
    spawn: options.spawnEngine,
    ...(options.onEngineSpawn && { onSpawn: options.onEngineSpawn }),
  });
  const exporter = new Exporter({ spawn: options.spawnExporter });
  const takes = new TakeStore(db);
  const jobs = new JobStore(db);
  const calibration = new Calibration(db);
  const media = new MediaService(db, {
    mediaDir: paths.media,
    frames,
    clock,
    newId,
    onAdded: (projectId, added) => events.emit('media.added', { projectId, media: added }),
  });
  const projects = new ProjectService(db, {
    clock,
    newId,
    contentsOf: (projectId) => ({
      takes: takes.list(projectId),
      media: media.list(projectId),
      jobs: jobs.listOfProject(projectId),
    }),
  });
  const fittedFrame = async (mediaId: string, width: number, height: number) => {
    await sweep.giveWay();
    return media.fittedFrame(mediaId, width, height);
  };

  const generation: GenerateRunOptions = {
    engine,
    framesDir: paths.frames,
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
  const exporting = {
    exporter,
    jobsDir: paths.jobs,
    clock,
    onProgress: (progress: { jobId: string; done: number; total: number; framesPerSecond: number }) =>
      events.emit('export.progress', progress),
  };
  const runner: JobRunner = {
    run: async (payload, context) => {
      if (payload.kind === 'generate') return runGeneration(payload, context, generation);
      await runExport(context, exporting);
      return null;
    },
    keep: (payload, context, whole) =>
      payload.kind === 'generate' ? keepGeneration(payload, context, whole, generation) : {},
    announce: ({ projectId }, { take }) => {
      if (take !== undefined && projectId !== null) events.emit('takes.added', { projectId, take });
    },
  };
  const queue = new JobQueue(jobs, {
    clock,
    log,
    runner,
    transaction,
    onChanged: (job) => events.emit('jobs.changed', { job }),
    beforeRun: () => sweep.giveWay(),
    runsEarlierJobs: options.runsEarlierJobs ?? true,
  });

  sweep.start(db, paths, { clock, log });
  queue.start();

  let closing: Promise<void> | null = null;
  const close = async () => {
    await Promise.all([queue.close(), sweep.giveWay()]);
    await engine.close();
    await library.close();
  };

  return {
    libraryDir: paths.dir,
    on: (event, listener) => events.on(event, listener),
    projects: {
      list: () => projects.list(),
      create: (project) => projects.create(project),
      createFrom: (records) => projects.createFrom(records),
      installSample: (sampleDir) =>
        installSample(sampleDir, { db, frames, takes, clock, createFrom: (records) => projects.createFrom(records) }),
      open: (projectId) => projects.open(projectId),
      commit: (input) => projects.commit(input),
      history: (projectId) => projects.history(projectId),
      saveView: (projectId, view) => projects.saveView(projectId, view),
      lastOpened: () => projects.lastOpened(),
      trash: (projectId) => projects.trash(projectId),
      restore: (projectId) => projects.restore(projectId),
    },
    media: {
      importFile: async (projectId, path, signal) => {
        if (projectId !== null) projects.assertExists(projectId);
        await sweep.giveWay();
        return media.importFile(projectId, path, signal);
      },
      list: (projectId) => media.list(projectId),
      fittedFrame,
      pathOf: (mediaId) => media.pathOf(mediaId),
    },
    frames: {
      pathOf: (hash) => frames.pathOf(hash),
      read: (hash) => frames.read(hash),
    },
    models: {
      list: () => models.list(),
      verify: (modelId, onFile) => models.verify(modelId, onFile),
      add: (dir) => models.add(dir),
      tokens: (modelId, text) => models.tokens(modelId, text),
    },
    takes: {
      get: (takeId) => takes.get(takeId),
      list: (projectId) => takes.list(projectId),
    },
    jobs: {
      list: () => jobs.list(),
      estimate: ({ modelId, ...shape }) => calibration.estimate(models.get(modelId).manifest, shape),
      generate: (input) =>
        requestGeneration(input, {
          queue,
          takes,
          frames,
          libraryDir: paths.dir,
          clock,
          newId,
          assertProject: (projectId) => projects.assertExists(projectId),
          completeRecipe: async (draft) =>
            models.completeRecipe(draft, {
              resolveMedia: fittedFrame,
              provider: 'cpu',
              threads,
              versions: { app: appVersion, onnxruntime: (await engine.runtime()).onnxruntime },
            }),
        }),
      export: (input) =>
        requestExport(input, {
          queue,
          takes,
          framesDir: paths.frames,
          jobsDir: paths.jobs,
          libraryDir: paths.dir,
          clock,
          newId,
          documentOf: (projectId) => projects.document(projectId),
          fittedFrame,
        }),
      cancel: (jobId) => queue.cancel(jobId),
      retry: (jobId) => queue.retry(jobId),
      clearFinished: () => jobs.hideFinished(),
      get: (jobId) => jobs.view(jobId),
      outPathOf: (jobId) => outPathOf(jobs.payload(jobId), jobId),
      settled: (jobId) => queue.settled(jobId),
    },
    doctor: () =>
      runDoctor({
        libraryDir: paths.dir,
        appVersion,
        modelDirs: models.list().map(({ manifest }) => models.packageDirOf(manifest.id)),
        probeProvider: createProviderProbe({ spawn: options.spawnProbe }),
        nativeBinding,
      }),
    close: () => (closing ??= close()),
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

async function packageFolders(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(dir, entry.name))
      .sort();
  } catch (error) {
    throw fileErrorFrom(error, dir);
  }
}
