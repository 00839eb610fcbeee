/**
 * The one file that names implementations: opens a library and joins the services into a Studio. Both shells, the tests
 * and the benchmarks build theirs here; how child processes are made is theirs to say.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { AppError } from '@core/errors';
import type { BundleProgress } from '@contracts/bundle';
import type { BackupView } from '@contracts/library';
import type { JobPayload } from '@contracts/job';
import { modelRecipe, RecipeDraft, type Recipe } from '@contracts/recipe';
import { MEDIA_SETTING } from '@contracts/settings';
import { discardCheckpoints } from './engine/checkpoint-files';
import { EngineHost } from './engine/engine-host';
import type { EngineProcess } from './engine/engine-process';
import { systemClock, type Clock } from './platform/clock';
import { freeMemoryBytes } from './platform/free-memory';
import { fileErrorFrom } from './platform/fs-atomic';
import { createGate } from './platform/in-order';
import type { Log } from './platform/log';
import { libraryPaths } from './platform/paths';
import { DailyBackups } from './services/backups/daily-backups';
import { listBackups } from './services/backups/backup-files';
import { newestGoodBackup, requestRestore } from './services/backups/restore';
import { releasedMigrations } from './services/database/migrations/released';
import { duplicateProject } from './services/bundles/duplicate-project';
import { exportBundle } from './services/bundles/export-bundle';
import { importBundle } from './services/bundles/import-bundle';
import { previewBundle } from './services/bundles/match-bundle';
import { mergeBundle } from './services/bundles/merge-bundle';
import { runDoctor } from './services/doctor/doctor';
import { createDeviceProbe } from './services/doctor/provider-probe';
import { cudaPackage, fetchCuda, lookAtCuda, missingCudaLibraries } from './services/devices/cuda-libraries';
import { DeviceLadder } from './services/devices/device-ladder';
import { Exporter, type ExporterProcess } from './services/export/exporter';
import { compareTakes } from './services/history/compare-takes';
import { RunHistory } from './services/history/run-history';
import { whereUsed } from './services/history/where-used';
import { BackgroundSweep } from './services/library/background-sweep';
import { StudioEmitter } from './services/library/event-emitter';
import { openLibrary, type Library } from './services/library/library';
import { findOriginals, offlineFootage } from './services/footage/find-originals';
import { type FootagePlace, sortPlaces } from './services/footage/footage-file';
import { FootageService } from './services/footage/footage-service';
import { isStillPicture } from './services/footage/probe-footage';
import { ConformPace } from './services/footage/pace';
import { freeDiskBytes } from './services/library/free-space';
import { filesUnder } from './services/media/files-under';
import { FrameStore } from './services/media/frame-store';
import { MediaService } from './services/media/media-service';
import { offlineOf, relink } from './services/media/relink';
import { soundBlocks } from './services/media/sound-files';
import { ModelRegistry } from './services/models/model-registry';
import { installSample } from './services/projects/sample-project';
import { sizeOfProject } from './services/projects/project-size';
import { ProjectVersions } from './services/projects/project-versions';
import { ProjectService } from './services/projects/project-service';
import { Calibration } from './services/queue/calibration';
import { conformStep, keepConform, runConform, type ConformRunOptions } from './services/queue/conform-run';
import { runExport } from './services/queue/export-run';
import { keepGeneration, resumeStepOf, runGeneration, type GenerateRunOptions } from './services/queue/generate-run';
import { JobQueue, type JobRunner } from './services/queue/job-queue';
import { JobStore } from './services/queue/job-store';
import { requestConform } from './services/queue/request-conform';
import { requestExport } from './services/queue/request-export';
import { requestGeneration, type GenerationRequest } from './services/queue/request-generation';
import { readRecipes } from './services/recipes/read-recipes';
import { SettingStore } from './services/settings/setting-store';
import { recipeHash } from './services/takes/recipe-hash';
import { PruneTakes } from './services/takes/prune-takes';
import { TakeStore } from './services/takes/take-store';
import { Upkeep } from './services/upkeep/upkeep';
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
  /** Milliseconds of work that a stop of a generation may cost; 0 = every step is written. Default: the engine's. */
  readonly checkpointEveryMs?: number;
  readonly clock?: Clock;
}

const MAX_DEFAULT_THREADS = 8;
const DEVICE_SETTING = 'device';
const GONE_ON_SETTING = 'queue.goneOn';

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

export interface Rescue {
  readonly backup: BackupView;
  /** The library is that of the backup when it is opened next. */
  restore(): Promise<void>;
}

/** What a library whose database was damaged and moved aside can go back to; null when there is no good backup. */
export async function rescueOf(libraryDir: string, log: Log): Promise<Rescue | null> {
  const paths = libraryPaths(libraryDir);
  const nativeBinding = process.env['ONIONSKIN_SQLITE_BINDING'];
  const options = { clock: systemClock, log, nativeBinding, migrations: releasedMigrations };
  const backup = await newestGoodBackup(paths, options);
  return backup && { backup, restore: () => requestRestore(paths, backup.name, options) };
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
  const offline = (projectId: string) => offlineOf(media.list(projectId), (id) => media.pathOf(id));
  const offlineFilms = (projectId: string) => offlineFootage(footage.list(projectId).map(({ id }) => footage.get(id)));
  const fittedFrame = async (mediaId: string, width: number, height: number) => {
    await sweep.giveWay();
    return media.fittedFrame(mediaId, width, height);
  };

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
    pace: new ConformPace(settings),
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
    exporter,
    jobsDir: paths.jobs,
    clock,
    onProgress: (progress: { jobId: string; done: number; total: number; framesPerSecond: number }) =>
      events.emit('export.progress', progress),
  };
  const runner: JobRunner = {
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

  // Completing a recipe takes longer the first time (the engine starts, the model is hashed): without the gate a later
  // request could overtake it in the queue.
  const inOrder = createGate();
  const generate = (input: GenerationRequest, on: Pick<Recipe, 'provider' | 'threads'>) =>
    inOrder(() =>
      requestGeneration(input, {
        queue,
        takes,
        frames,
        libraryDir: paths.dir,
        clock,
        newId,
        assertProject: (projectId) => projects.assertExists(projectId),
        estimate: (recipe) =>
          calibration.estimate(models.get(recipe.model.id).manifest, {
            ...recipe,
            windows: recipe.windows.map((window) => window.frames),
          }),
        completeRecipe: async (draft) =>
          models.completeRecipe(draft, {
            resolveMedia: fittedFrame,
            provider: on.provider,
            threads: on.threads,
            versions: { app: appVersion, onnxruntime: (await engine.runtime()).onnxruntime },
          }),
      }),
    );

  const generatedTake = (takeId: string) => {
    const take = takes.get(takeId);
    return { ...take, recipe: modelRecipe(take.recipe) };
  };

  const bundleOptions = (signal: AbortSignal | undefined) => ({
    newId,
    installedModels: models.list().map(({ manifest }) => manifest),
    onProgress: onBundleProgress,
    ...(signal && { signal }),
  });

  startupSweep.start(db, paths, { clock, log });
  queue.start();
  backups.start();

  let closing: Promise<void> | null = null;
  const close = async () => {
    await Promise.all([queue.close(), sweep.giveWay(), backups.close()]);
    await engine.close();
    await library.close();
  };

  return {
    libraryDir: paths.dir,
    on: (event, listener) => events.on(event, listener),
    projects: {
      list: (place) => projects.list(place),
      create: (project) => projects.create(project),
      createFrom: (records) => projects.createFrom(records),
      installSample: (sampleDir) =>
        installSample(sampleDir, { db, frames, takes, clock, createFrom: (records) => projects.createFrom(records) }),
      open: (projectId) => projects.open(projectId),
      commit: (input) => projects.commit(input),
      history: (projectId) => projects.history(projectId),
      versions: (projectId) => versions.list(projectId),
      versionAt: (projectId, version) => versions.at(projectId, version),
      nameVersion: (projectId, version, name) => versions.name(projectId, version, name),
      saveView: (projectId, view) => projects.saveView(projectId, view),
      lastOpened: () => projects.lastOpened(),
      duplicate: (projectId) => duplicateProject(db, projectId, { newId, now: clock.now() }),
      setArchived: (projectId, isArchived) => projects.setArchived(projectId, isArchived),
      size: (projectId) => sizeOfProject(db, paths, projectId),
      trash: (projectId) => projects.trash(projectId),
      restore: (projectId) => projects.restore(projectId),
    },
    bundles: {
      export: (projectId, outPath, signal) => {
        const installedModels = models.list().map(({ manifest, isEmbedded }) => ({ ...manifest, isEmbedded }));
        const how = { clock, appVersion, installedModels, onProgress: onBundleProgress, ...(signal && { signal }) };
        return exportBundle(db, paths, { projectId, outPath }, how);
      },
      preview: (path, signal) => previewBundle(db, path, signal),
      import: async (path, signal) => {
        await sweep.giveWay();
        return importBundle(db, paths, path, bundleOptions(signal));
      },
      merge: async (path, choice, signal) => {
        projects.assertExists(choice.projectId);
        await sweep.giveWay();
        try {
          return await mergeBundle(db, paths, path, choice, { ...bundleOptions(signal), clock });
        } finally {
          projects.forget(choice.projectId);
        }
      },
    },
    media: {
      importFile: async (projectId, path, signal) => {
        if (projectId !== null) projects.assertExists(projectId);
        await sweep.giveWay();
        // What is used outside any project (command line) has nobody to keep its original for it.
        const keeping = projectId !== null && settings.get(MEDIA_SETTING) === 'link' ? 'link' : 'copy';
        return media.importFile(projectId, path, { keeping, signal });
      },
      fromFrame: async (projectId, hash, name) => {
        projects.assertExists(projectId);
        await sweep.giveWay();
        return media.importFrame(projectId, frames.pathOf(hash), name);
      },
      list: (projectId) => media.list(projectId),
      offline: async (projectId) => [
        ...(await offline(projectId)).map(({ id }) => id),
        ...(await offlineFilms(projectId)).map(({ media: { id } }) => id),
      ],
      relink: async (projectId, files, signal) => {
        projects.assertExists(projectId);
        await sweep.giveWay();
        const candidates = await filesUnder(files, signal);
        const report = await relink(candidates, {
          offline: await offline(projectId),
          take: (mediaId, file) => media.replaceFile(mediaId, file, signal),
          ...(signal && { signal }),
        });
        const films = await offlineFilms(projectId);
        const found = await findOriginals(candidates, films, (id, place) => footage.moved(id, place), signal);
        const isFound = new Set(found.map(({ mediaId }) => mediaId));
        const missing = films.filter(({ media: { id } }) => !isFound.has(id));
        return {
          refused: report.refused,
          found: [...report.found, ...found],
          missing: [...report.missing, ...missing.map(({ media: { id, name } }) => ({ mediaId: id, name }))],
        };
      },
      fittedFrame,
      pathOf: (mediaId) => media.pathOf(mediaId),
      peaksFile: (mediaId) => media.peaksFile(mediaId),
      collect: async (projectId, mediaIds, signal) => {
        projects.assertExists(projectId);
        await sweep.giveWay();
        const linked = media.list(projectId).filter(({ id }) => mediaIds === null || mediaIds.includes(id));
        const collected = [];
        for (const { id } of linked) collected.push(await media.collect(id, signal));
        return collected;
      },
      samples: async function* (mediaId, signal) {
        yield* soundBlocks(await media.soundOf(mediaId), signal);
      },
    },
    footage: {
      link: async (projectId, files, signal) => {
        projects.assertExists(projectId);
        const { places, rest } = sortPlaces(files);
        const linked = [];
        for (const place of places) {
          if (place.type === 'file' && (await isStillPicture(place.path))) rest.push(place.path);
          else linked.push(await footage.link(projectId, place, signal));
        }
        return { footage: linked, rest };
      },
      conform: (input) =>
        requestConform(input, {
          queue,
          footage,
          libraryDir: paths.dir,
          appVersion,
          clock,
          newId,
          documentOf: (projectId) => projects.document(projectId).document,
        }),
      estimate: (mediaId, shape) => conforming.pace.estimate(footage.get(mediaId).media, shape),
      sound: (projectId, mediaId, range, signal) => footage.sound(projectId, mediaId, range, signal),
      asImages: (projectId, mediaId) => footage.asImages(projectId, mediaId),
      relink: (mediaId, files) => footage.relink(mediaId, onePlace(files)),
      originalOf: (mediaId) => footage.originalOf(mediaId),
      poster: (mediaId) => footage.poster(mediaId),
      picture: (mediaId, at, signal) => footage.picture(mediaId, at, signal),
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
      get: generatedTake,
      list: (projectId) => takes.list(projectId),
      framesOf: (takeId, atMost) => takes.framesOf(takeId, atMost),
      report: (takeId) => jobs.reportOfTake(takes.get(takeId).view.id),
      star: (takeId, isStarred) => history.star(takeId, isStarred),
      note: (takeId, note) => history.note(takeId, note),
      prunable: (projectId) => prune.plan(projectId),
      bytesOf: (projectId, takeIds) => prune.bytesOf(projectId, takeIds),
      trash: (projectId, takeIds) => prune.trash(projectId, takeIds),
      restore: (projectId, takeIds) => prune.restore(projectId, takeIds),
      rerender: (takeId) => {
        const { recipe } = generatedTake(takeId);
        // A segment of its own, outside any project: it must not become the newest take of the one it is compared with.
        const place = { projectId: null, shotId: 'rerender', segmentId: takeId, parentTakeId: null };
        return generate({ ...place, draft: RecipeDraft.parse({ ...recipe, modelId: recipe.model.id }) }, recipe);
      },
      compare: (takeId, otherTakeId) =>
        compareTakes(generatedTake(takeId), generatedTake(otherTakeId), (hash) => frames.read(hash)),
      whereUsed: (takeId) => {
        const take = takes.get(takeId);
        const { projectId } = take;
        if (projectId === null) return whereUsed(take, null, { takes: [], projectName: null });
        const { document } = projects.document(projectId);
        const project = document.get('project');
        const projectName = project?.kind === 'project' ? project.name : null;
        return whereUsed(take, document, { takes: takes.list(projectId), projectName });
      },
    },
    recipes: {
      read: async (path) => {
        const recipes = await readRecipes(path);
        const found = recipes.map((recipe) => ({ recipe, takeId: takes.newestOf(recipeHash(recipe)) }));
        return { name: basename(path), found };
      },
    },
    history: { search: (query) => history.search(query) },
    jobs: {
      list: () => jobs.list(),
      estimate: async ({ modelId, ...shape }) => ({
        ...calibration.estimate(models.get(modelId).manifest, { ...shape, provider: (await ladder.choose()).provider }),
        freeMemoryBytes: freeMemoryBytes(),
        freeDiskBytes: await freeDiskBytes(paths.dir),
      }),
      generate: async ({ device, ...input }) =>
        generate(input, { provider: (await ladder.choose(device)).provider, threads }),
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
          soundFile: (mediaId) => media.soundOf(mediaId),
        }),
      cancel: (jobId, discards) => queue.cancel(jobId, discards),
      retry: (jobId) => queue.retry(jobId),
      pause: (jobId) => queue.pause(jobId),
      resume: (jobId) => queue.resume(jobId),
      reorder: (jobId, before) => queue.reorder(jobId, before),
      clearFinished: () => queue.clearFinished(),
      get: (jobId) => jobs.view(jobId),
      outPathOf: (jobId) => outPathOf(jobs.payload(jobId), jobId),
      settled: (jobId) => queue.settled(jobId),
    },
    library: {
      verify: (how) => upkeep.verify(how),
      reclaimPlan: (signal) => upkeep.plan(signal),
      reclaim: async (plan, how) => {
        await startupSweep.giveWay();
        return upkeep.reclaim(plan, how);
      },
      backups: () => listBackups(paths),
      backUpIfDue: () => backups.runIfDue(),
      restoreBackup: (name) =>
        requestRestore(paths, name, { clock, log, nativeBinding, migrations: releasedMigrations }),
    },
    settings: {
      get: (key) => settings.get(key),
      set: (key, value) => settings.set(key, value),
    },
    devices: {
      report: () => ladder.report(),
      choose: async (choice) => {
        // What does not work is refused now, not at the next run.
        await ladder.choose(choice);
        settings.set(DEVICE_SETTING, choice === 'auto' ? null : choice);
      },
      cuda: () => lookAtCuda(cuda),
      fetchCuda: async (signal) => {
        if (cuda === null)
          throw new AppError('device/unavailable', 'CUDA’s libraries are not for this system', {
            field: 'cuda',
            value: `${process.platform} ${process.arch}`,
            remedy: 'Use another device.',
          });
        await fetchCuda(cuda, signal ? { signal } : {});
        ladder.lookAgain();
      },
    },
    doctor: () => {
      ladder.lookAgain();
      return runDoctor({
        libraryDir: paths.dir,
        appVersion,
        modelDirs: models.list().map(({ manifest }) => models.packageDirOf(manifest.id)),
        probeProvider: (provider) => ladder.reasonOf(provider),
        nativeBinding,
      });
    },
    close: () => (closing ??= close()),
  };
}

function missingText(missing: readonly string[]): string | null {
  return missing.length === 0
    ? null
    : `${missing.join(' and ')} are not installed; “onionskin devices fetch-cuda” fetches them`;
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

/** @throws AppError media/unsupported when the files are not one film or one sequence */
function onePlace(files: readonly string[]): FootagePlace {
  const { places, rest } = sortPlaces(files);
  const [place] = places;
  if (place !== undefined && places.length === 1 && rest.length === 0) return place;
  throw new AppError('media/unsupported', 'These files are not one film.', {
    field: 'file',
    value: String(files.length),
    remedy: 'Choose one film, or all pictures of one sequence.',
  });
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
