/**
 * The one place that names implementations: opens a library and joins the services into a Studio. Both shells, the tests and
 * the benchmarks build theirs here; how child processes are made is theirs to say. compose/services.ts makes the services,
 * the files beside it are the parts of the Studio.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupView } from '@contracts/library';
import { bundlesOf, projectsOf } from './compose/projects';
import { createGenerate } from './compose/generate';
import { jobsOf } from './compose/jobs';
import { devicesOf, doctorOf, libraryOf } from './compose/machine';
import { footageOf, mediaOf } from './compose/media';
import { createServices, type OpenStudioOptions, type Services } from './compose/services';
import { recipesOf, takesOf } from './compose/takes';
import { systemClock } from './platform/clock';
import { fileErrorFrom } from './platform/fs-atomic';
import type { Log } from './platform/log';
import { libraryPaths } from './platform/paths';
import { newestGoodBackup, requestRestore } from './services/backups/restore';
import { releasedMigrations } from './services/database/migrations/released';
import { openLibrary } from './services/library/library';
import type { Studio } from './studio';

export type { OpenStudioOptions } from './compose/services';

/** @throws AppError library/in-use, read-only, disk-full, corrupt, newer-than-app, io */
export async function openStudio(options: OpenStudioOptions): Promise<Studio> {
  const { log, clock = systemClock } = options;
  const nativeBinding = process.env['ONIONSKIN_SQLITE_BINDING'];
  const embeddedDirs = await packageFolders(options.embeddedModelsDir);
  const library = await openLibrary(options.libraryDir, { clock, log, nativeBinding });
  try {
    const services = createServices(library, options, { clock, embeddedDirs, nativeBinding });
    start(services);
    return joined(services, () => library.close());
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

function start({ db, paths, clock, log, startupSweep, queue, backups }: Services): void {
  startupSweep.start(db, paths, { clock, log });
  queue.start();
  backups.start();
}

function joined(services: Services, closeLibrary: () => Promise<void>): Studio {
  const { paths, events, queue, sweep, backups, engine, frames, models, settings, history } = services;
  const generate = createGenerate(services);
  const close = async () => {
    await Promise.all([queue.close(), sweep.giveWay(), backups.close()]);
    await engine.close();
    await closeLibrary();
  };
  let closing: Promise<void> | null = null;
  return {
    libraryDir: paths.dir,
    on: (event, listener) => events.on(event, listener),
    projects: projectsOf(services),
    bundles: bundlesOf(services),
    media: mediaOf(services),
    footage: footageOf(services),
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
    takes: takesOf(services, generate),
    recipes: recipesOf(services),
    history: { search: (query) => history.search(query) },
    jobs: jobsOf(services, generate),
    library: libraryOf(services),
    settings: {
      get: (key) => settings.get(key),
      set: (key, value) => settings.set(key, value),
    },
    devices: devicesOf(services),
    doctor: doctorOf(services),
    close: () => (closing ??= close()),
  };
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
