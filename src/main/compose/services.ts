/**
 * Every service of an open library, made and joined: who is told what, and who waits for whom. What a shell may ask of them is
 * in the files beside this one.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { BundleProgress } from '@contracts/bundle';
import { EngineHost } from '../engine/engine-host';
import type { EngineProcess } from '../engine/engine-process';
import type { Clock } from '../platform/clock';
import type { Log } from '../platform/log';
import { DailyBackups } from '../services/backups/daily-backups';
import { cudaPackage, missingCudaLibraries } from '../services/devices/cuda-libraries';
import { DeviceLadder } from '../services/devices/device-ladder';
import { createDeviceProbe } from '../services/doctor/provider-probe';
import { Exporter, type ExporterProcess } from '../services/export/exporter';
import { ExportCosts } from '../services/export/export-costs';
import { FootageService } from '../services/footage/footage-service';
import { ConformPace } from '../services/footage/pace';
import { RunHistory } from '../services/history/run-history';
import { BackgroundSweep } from '../services/library/background-sweep';
import { StudioEmitter } from '../services/library/event-emitter';
import type { Library } from '../services/library/library';
import { FrameStore } from '../services/media/frame-store';
import { MediaService } from '../services/media/media-service';
import { ModelRegistry } from '../services/models/model-registry';
import { ProjectService } from '../services/projects/project-service';
import { ProjectVersions } from '../services/projects/project-versions';
import { Calibration } from '../services/queue/calibration';
import { JobQueue } from '../services/queue/job-queue';
import { JobStore } from '../services/queue/job-store';
import { SettingStore } from '../services/settings/setting-store';
import { PruneTakes } from '../services/takes/prune-takes';
import { TakeStore } from '../services/takes/take-store';
import { Upkeep } from '../services/upkeep/upkeep';
import { createJobRunner } from './job-runner';

export interface OpenStudioOptions {
  readonly libraryDir: string;
  /** Folder whose sub-folders are the model packages that come with the app (resources/models). */
  readonly embeddedModelsDir: string;
  /** The interpolator's graph. Default: beside the models. */
  readonly interpolatorFile?: string;
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
  /** Milliseconds of work that a stop of a generation may cost; 0 = every step is written. Default: the engine's. */
  readonly checkpointEveryMs?: number;
  readonly clock?: Clock;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly embeddedDirs: readonly string[];
  readonly nativeBinding: string | undefined;
}

export type Services = ReturnType<typeof createServices>;

const MAX_DEFAULT_THREADS = 8;
export const DEVICE_SETTING = 'device';
const GONE_ON_SETTING = 'queue.goneOn';

export function createServices(
  library: Library,
  options: OpenStudioOptions,
  { clock, embeddedDirs, nativeBinding }: Surroundings,
) {
  const { log, appVersion } = options;
  const { db, paths } = library;
  const newId = randomUUID;
  const transaction = <T>(change: () => T): T => db.transaction(change);
  const threads = options.threads ?? Math.min(MAX_DEFAULT_THREADS, Math.max(1, availableParallelism() - 1));

  const events = new StudioEmitter(log);
  const startupSweep = new BackgroundSweep(log);
  const upkeep = new Upkeep(db, paths, {
    clock,
    isBusy: () => jobs.runningIds().length > 0,
    onProgress: (progress) => events.emit('library.progress', { progress }),
  });
  const backups = new DailyBackups(db, paths, {
    clock,
    log,
    nativeBinding,
    isIdle: () => jobs.runningIds().length === 0,
    untilSwept: async () => void (await Promise.all([startupSweep.ended(), upkeep.giveWay()])),
  });
  const onBundleProgress = (progress: BundleProgress) => events.emit('bundle.progress', { progress });
  /** What wants to store files waits for whatever removes files. */
  const sweep = { giveWay: async () => void (await Promise.all([startupSweep.giveWay(), upkeep.giveWay()])) };
  const frames = new FrameStore(paths.frames);
  const models = new ModelRegistry({ embeddedDirs, listFile: paths.modelsFile });
  const engine = new EngineHost({
    spawn: options.spawnEngine,
    onNote: (jobId, message) => log.warn(message, { area: 'engine', jobId }),
    ...(options.onEngineSpawn && { onSpawn: options.onEngineSpawn }),
  });
  const exporter = new Exporter({ spawn: options.spawnExporter });
  const takes = new TakeStore(db);
  const settings = new SettingStore(db, { clock });
  const jobs = new JobStore(db);
  const history = new RunHistory(db);
  const calibration = new Calibration(db);
  const cuda = cudaPackage();
  const ladder = new DeviceLadder({
    probe: createDeviceProbe({ spawn: options.spawnProbe }),
    obstacle: (provider) => (provider === 'cuda' && cuda !== null ? missingText(missingCudaLibraries(cuda)) : null),
    platform: process.platform,
    stored: () => settings.get(DEVICE_SETTING),
  });
  const media = new MediaService(db, {
    mediaDir: paths.media,
    frames,
    clock,
    newId,
    onAdded: (projectId, added) => events.emit('media.added', { projectId, media: added }),
  });
  const footage = new FootageService(db, {
    clock,
    newId,
    onAdded: (projectId, added) => events.emit('media.added', { projectId, media: added }),
    importFile: async (projectId, path, signal) => {
      await sweep.giveWay();
      return media.importFile(projectId, path, { signal });
    },
  });
  const projects = new ProjectService(db, {
    clock,
    newId,
    contentsOf: (projectId) => ({
      takes: takes.list(projectId),
      media: [...media.list(projectId), ...footage.list(projectId)],
      jobs: jobs.listOfProject(projectId),
    }),
  });
  const versions = new ProjectVersions(db, { clock });
  const prune = new PruneTakes(db, {
    framesDir: paths.frames,
    clock,
    takes,
    documentOf: (projectId) => projects.document(projectId).document,
    namedVersions: (projectId) => versions.named(projectId).map(({ version }) => versions.at(projectId, version)),
  });
  const fittedFrame = async (mediaId: string, width: number, height: number) => {
    await sweep.giveWay();
    return media.fittedFrame(mediaId, width, height);
  };
  const wholeFrame = async (mediaId: string) => {
    await sweep.giveWay();
    return media.wholeFrame(mediaId);
  };

  const pace = new ConformPace(settings);
  const exportCosts = new ExportCosts(settings);
  const interpolator = {
    graphFile: options.interpolatorFile ?? resolve(options.embeddedModelsDir, '../interpolator/model.onnx'),
    threads,
  };
  const runner = createJobRunner({
    checkpointEveryMs: options.checkpointEveryMs,
    spawnExporter: options.spawnExporter,
    paths,
    clock,
    newId,
    transaction,
    engine,
    exporter,
    frames,
    footage,
    pace,
    exportCosts,
    models,
    jobs,
    takes,
    calibration,
    events,
  });
  const queue = new JobQueue(jobs, {
    clock,
    log,
    runner,
    transaction,
    onChanged: (job) => events.emit('jobs.changed', { job }),
    trashTake: (takeId) => prune.discard(takeId),
    beforeRun: () => sweep.giveWay(),
    runsEarlierJobs: options.runsEarlierJobs ?? true,
    lastGoneOn: {
      get: () => {
        const where = settings.get(GONE_ON_SETTING);
        return typeof where === 'string' ? where : null;
      },
      set: (where) => settings.set(GONE_ON_SETTING, where),
    },
  });

  return {
    appVersion,
    log,
    clock,
    newId,
    nativeBinding,
    threads,
    db,
    paths,
    events,
    startupSweep,
    sweep,
    upkeep,
    backups,
    onBundleProgress,
    frames,
    models,
    engine,
    takes,
    settings,
    jobs,
    history,
    calibration,
    cuda,
    ladder,
    media,
    footage,
    projects,
    versions,
    prune,
    fittedFrame,
    wholeFrame,
    pace,
    exportCosts,
    interpolator,
    queue,
  };
}

function missingText(missing: readonly string[]): string | null {
  return missing.length === 0
    ? null
    : `${missing.join(' and ')} are not installed; “onionskin devices fetch-cuda” fetches them`;
}
