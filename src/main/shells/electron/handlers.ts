/**
 * The contract's methods, each in terms of the studio's services. The page never sees a path:
 * it gets media ids, and for a chosen export file a grant that names it.
 */
import { app, shell, type BrowserWindow } from 'electron';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { AppError, assert } from '@core/errors';
import type { MediaView } from '@contracts/job';
import type { Studio } from '@main/studio';
import { appVersion } from '@main/app-version';
import { writeFileAtomic } from '@main/platform/fs-atomic';
import { DragOut } from './drag-out';
import { FileDialogs } from './file-dialogs';
import type { Handlers } from './ipc';
import type { ShellWords } from './strings';

/** Chosen files that were not exported to yet; a handful, or something is wrong. */
const maxGrants = 32;

export interface HandlerOptions {
  readonly studio: Studio;
  readonly onnxruntimeVersion: string;
  window(): BrowserWindow | null;
  /** Of the language chosen now. */
  words(): ShellWords;
  /** Told of every setting once it is kept. */
  onSetting(key: string, value: unknown): void;
}

export function createHandlers({ studio, onnxruntimeVersion, window, words, onSetting }: HandlerOptions): Handlers {
  const grants = new Map<string, string>();
  const dragging = new DragOut(studio);
  const dialogs = new FileDialogs(window, words);
  let bundleStop: AbortController | null = null;
  let relinkStop: AbortController | null = null;
  /** The bundle that was looked into last. */
  let chosenBundle: { readonly id: string; readonly file: string } | null = null;
  /** One bundle at a time, so that there is one to cancel. */
  const bundling = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (bundleStop !== null)
      throw new AppError('job/invalid-state', 'Another bundle is being saved or opened.', {
        field: 'bundle',
        remedy: 'Wait until it is done, or cancel it.',
      });
    const stop = new AbortController();
    bundleStop = stop;
    try {
      return await work(stop.signal);
    } finally {
      bundleStop = null;
    }
  };
  return {
    'app.info': () => ({
      version: appVersion,
      electron: process.versions['electron'] ?? '',
      onnxruntime: onnxruntimeVersion,
      platform: process.platform,
      libraryName: path.basename(studio.libraryDir),
      libraryLabel: studio.libraryDir,
      lastProjectId: studio.projects.lastOpened(),
    }),
    'app.doctor': async () => ({ lines: await studio.doctor() }),
    'devices.report': () => studio.devices.report(),
    'devices.choose': async ({ choice }) => {
      await studio.devices.choose(choice);
      return studio.devices.report();
    },
    'devices.cuda': () => studio.devices.cuda(),
    'devices.fetchCuda': async () => {
      await studio.devices.fetchCuda();
      return studio.devices.cuda();
    },
    'app.showLibrary': () => {
      shell.showItemInFolder(path.join(studio.libraryDir, 'library.sqlite'));
      return {};
    },

    'settings.get': ({ key }) => ({ value: studio.settings.get(key) }),
    'settings.set': ({ key, value }) => {
      studio.settings.set(key, value);
      onSetting(key, value);
      return {};
    },

    'projects.list': ({ place }) => ({ projects: studio.projects.list(place) }),
    'projects.create': (input) => ({ projectId: studio.projects.create(input) }),
    'projects.open': ({ projectId }) => studio.projects.open(projectId),
    'projects.duplicate': ({ projectId }) => ({ projectId: studio.projects.duplicate(projectId) }),
    'projects.setArchived': ({ projectId, isArchived }) => done(studio.projects.setArchived(projectId, isArchived)),
    'projects.size': ({ projectId }) => studio.projects.size(projectId),
    'projects.trash': ({ projectId }) => done(studio.projects.trash(projectId)),
    'projects.restore': ({ projectId }) => done(studio.projects.restore(projectId)),
    'projects.commit': (input) => studio.projects.commit(input),
    'projects.exportBundle': async ({ projectId }) => {
      const file = await dialogs.chooseBundleTarget(studio.projects.nameOf(projectId));
      if (file === null) return { name: null };
      await bundling((signal) => studio.bundles.export(projectId, file, signal));
      return { name: path.basename(file) };
    },
    'projects.chooseBundle': async () => {
      const file = await dialogs.chooseBundle();
      if (file === null) return { bundle: null };
      const preview = await bundling((signal) => studio.bundles.preview(file, signal));
      chosenBundle = { id: randomUUID(), file };
      return { bundle: { grantId: chosenBundle.id, file: path.basename(file), preview } };
    },
    'projects.importBundle': async ({ grantId, merge }) => {
      if (chosenBundle?.id !== grantId) throw chosenAgain();
      const { file } = chosenBundle;
      const imported = await bundling((signal) =>
        merge === null ? studio.bundles.import(file, signal) : studio.bundles.merge(file, merge, signal),
      );
      return { imported };
    },
    'projects.cancelBundle': () => done(bundleStop?.abort()),
    'projects.versions': ({ projectId }) => studio.projects.versions(projectId),
    'projects.versionAt': ({ projectId, version }) => studio.projects.versionAt(projectId, version),
    'projects.nameVersion': ({ projectId, version, name }) =>
      done(studio.projects.nameVersion(projectId, version, name)),
    'projects.saveView': ({ projectId, view }) => done(studio.projects.saveView(projectId, view)),

    'library.verify': () => studio.library.verify(),
    'library.reclaimPlan': () => studio.library.reclaimPlan(),
    'library.reclaim': (plan) => studio.library.reclaim(plan),
    'library.backups': async () => ({ backups: await studio.library.backups() }),
    'library.restoreBackup': async ({ name }) => {
      await studio.library.restoreBackup(name);
      // The answer first; the studio closes as it does on quit, and what opens next is the backup.
      setImmediate(() => {
        app.relaunch();
        app.quit();
      });
      return {};
    },

    'models.list': () => ({ models: studio.models.list() }),
    'models.tokens': ({ modelId, text }) => studio.models.tokens(modelId, text),

    'generate.estimate': (input) => studio.jobs.estimate(input),
    'jobs.list': () => ({ jobs: studio.jobs.list() }),
    'jobs.generate': async (input) => ({ jobId: await studio.jobs.generate(input) }),
    'jobs.cancel': ({ jobId, discards }) => done(studio.jobs.cancel(jobId, discards)),
    'jobs.retry': ({ jobId }) => done(studio.jobs.retry(jobId)),
    'jobs.pause': ({ jobId }) => done(studio.jobs.pause(jobId)),
    'jobs.resume': ({ jobId }) => done(studio.jobs.resume(jobId)),
    'jobs.reorder': ({ jobId, before }) => done(studio.jobs.reorder(jobId, before)),
    'jobs.clearFinished': () => done(studio.jobs.clearFinished()),

    'takes.recipe': ({ takeId }) => ({ recipe: studio.takes.get(takeId).recipe }),
    'takes.saveRecipe': async ({ takeId }) => {
      const { recipe } = studio.takes.get(takeId);
      const file = await dialogs.chooseRecipeTarget(`seed ${recipe.seed}`);
      if (file === null) return { name: null };
      await writeFileAtomic(file, `${JSON.stringify(recipe, null, 2)}\n`);
      return { name: path.basename(file) };
    },
    'recipes.choose': async () => {
      const path = await dialogs.chooseRecipe();
      return { file: path === null ? null : await studio.recipes.read(path) };
    },
    'takes.details': ({ takeId }) => ({
      recipe: studio.takes.get(takeId).recipe,
      report: studio.takes.report(takeId),
    }),
    'takes.prunable': ({ projectId }) => studio.takes.prunable(projectId),
    'takes.bytesOf': async ({ projectId, takeIds }) => ({ bytes: await studio.takes.bytesOf(projectId, takeIds) }),
    'takes.trash': ({ projectId, takeIds }) => done(studio.takes.trash(projectId, takeIds)),
    'takes.restore': ({ projectId, takeIds }) => done(studio.takes.restore(projectId, takeIds)),
    'takes.star': ({ takeId, isStarred }) => done(studio.takes.star(takeId, isStarred)),
    'takes.note': ({ takeId, note }) => done(studio.takes.note(takeId, note)),
    'takes.rerender': async ({ takeId }) => ({ jobId: await studio.takes.rerender(takeId) }),
    'takes.compare': ({ takeId, otherTakeId }) => studio.takes.compare(takeId, otherTakeId),
    'takes.whereUsed': ({ takeId }) => studio.takes.whereUsed(takeId),
    'history.search': (query) => studio.history.search(query),

    'media.choose': async ({ projectId }) => {
      const files = await dialogs.chooseMedia();
      return { media: await importAll(studio, projectId, files) };
    },
    'media.fromFrame': async ({ projectId, frame, name }) => ({
      media: await studio.media.fromFrame(projectId, frame, name),
    }),
    'media.offline': async ({ projectId }) => ({ mediaIds: await studio.media.offline(projectId) }),
    'media.relink': async ({ projectId, from }) => {
      const paths = await dialogs.choosePlaces(from);
      if (paths.length === 0) return { report: null };
      relinkStop?.abort();
      const stop = (relinkStop = new AbortController());
      return { report: await studio.media.relink(projectId, paths, stop.signal) };
    },
    'media.cancelRelink': () => done(relinkStop?.abort()),
    'media.collect': async ({ projectId, mediaIds }) => ({ media: await studio.media.collect(projectId, mediaIds) }),
    'media.fittedFrame': async ({ mediaId, width, height }) => ({
      frame: await studio.media.fittedFrame(mediaId, width, height),
    }),

    'footage.conform': async (input) => ({ jobId: await studio.footage.conform(input) }),
    'footage.estimate': ({ mediaId, ...shape }) => studio.footage.estimate(mediaId, shape),
    'footage.sound': async ({ projectId, mediaId, ...range }) => {
      const media = await studio.footage.sound(projectId, mediaId, range);
      assert(media.kind === 'sound', 'what was extracted is a sound');
      return { media };
    },
    'footage.asImages': async ({ projectId, mediaId }) => ({
      media: await studio.footage.asImages(projectId, mediaId),
    }),
    'footage.relink': async ({ mediaId }) => {
      const files = await dialogs.chooseOriginal();
      return { media: files.length === 0 ? null : await studio.footage.relink(mediaId, files) };
    },
    'footage.reveal': async ({ mediaId }) => done(shell.showItemInFolder(await studio.footage.originalOf(mediaId))),

    'drag.out': async (what) => {
      const page = window()?.webContents;
      if (page !== undefined) await dragging.start(what, page);
      return {};
    },
    'clipFile.state': (clip) => dragging.clipFile(clip),
    'clipFile.make': (clip) => dragging.makeClip(clip),
    'export.choose': async ({ projectId, preset, name = studio.projects.nameOf(projectId) }) => {
      const file = await dialogs.chooseExportTarget(name, preset);
      if (file === null) return { grant: null };
      if (grants.size >= maxGrants) grants.delete([...grants.keys()][0] ?? '');
      const id = randomUUID();
      grants.set(id, file);
      return { grant: { id, name: path.basename(file) } };
    },
    'export.start': async ({ grantId, ...input }) => {
      const outPath = grants.get(grantId);
      if (outPath === undefined) throw chosenAgain();
      const jobId = await studio.jobs.export({ ...input, outPath });
      grants.delete(grantId);
      return { jobId };
    },
    'export.estimate': (film) => studio.jobs.estimateExport(film),
    'export.reveal': ({ jobId }) => done(shell.showItemInFolder(studio.jobs.outPathOf(jobId))),
  };
}

/** A method that answers nothing but that it is done. */
function done(_finished: unknown): Record<string, never> {
  return {};
}

function chosenAgain(): AppError {
  const about = { field: 'grantId', remedy: 'Choose the file again.' };
  return new AppError('input/not-found', 'the chosen file is no longer known', about);
}

/** Imports one after the other; a file that cannot be read stops it with its own error, what came before stays. */
export async function importAll(studio: Studio, projectId: string, files: readonly string[]): Promise<MediaView[]> {
  const { footage, rest } = await studio.footage.link(projectId, files);
  const imported: MediaView[] = [...footage];
  for (const file of rest) imported.push(await studio.media.importFile(projectId, file));
  return imported;
}
