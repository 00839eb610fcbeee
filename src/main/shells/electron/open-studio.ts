/**
 * The services, wired for Electron: children are utilityProcesses, the log is a file beside the library's data, and the
 * models are those that come with the app.
 */
import { app } from 'electron';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@core/errors';
import { appVersion, onnxruntimeVersion } from '@main/app-version';
import { openStudio } from '@main/compose';
import { systemClock } from '@main/platform/clock';
import { createLog, type Log } from '@main/platform/log';
import { defaultLibraryDir } from '@main/platform/library-dir';
import type { Studio } from '@main/studio';
import { offerBackup } from './offer-backup';
import type { PreviewPorts } from './preview-ports';
import { spawnUtility } from './utility-process';

export interface OpenedStudio {
  readonly studio: Studio;
  readonly log: Log;
  readonly onnxruntimeVersion: string;
}

interface Surroundings {
  readonly outDir: string;
  readonly previews: PreviewPorts;
}

export async function openStudioForWindow(surroundings: Surroundings): Promise<OpenedStudio> {
  const log = fileLog(path.join(app.getPath('userData'), 'logs'));
  const studio = await openOrRescue(surroundings, log);
  await welcome(studio, log);
  return { studio, log, onnxruntimeVersion };
}

async function openOrRescue(surroundings: Surroundings, log: Log): Promise<Studio> {
  try {
    return await open(surroundings, log);
  } catch (error) {
    const isDamaged = error instanceof AppError && error.code === 'library/corrupt';
    if (!isDamaged || process.env['ONIONSKIN_NO_DIALOGS']) throw error;
    if (!(await offerBackup(error, log))) throw new AppError('cancelled', error.message, error.detail, error);
    return open(surroundings, log);
  }
}

async function open({ outDir, previews }: Surroundings, log: Log): Promise<Studio> {
  const child = (name: string): string => path.join(outDir, 'main', `${name}.js`);
  return openStudio({
    libraryDir: defaultLibraryDir(),
    embeddedModelsDir: path.join(app.getAppPath(), 'resources/models'),
    appVersion,
    log,
    spawnEngine: () => {
      const engine = spawnUtility(child('engine'), 'Onionskin engine');
      previews.engineStarted(engine.utility);
      return engine;
    },
    spawnExporter: () => spawnUtility(child('exporter'), 'Onionskin export'),
    spawnProbe: () => spawnUtility(child('probe'), 'Onionskin probe'),
  });
}

/** A new library gets the sample project; without it the studio still opens. */
async function welcome(studio: Studio, log: Log): Promise<void> {
  if (process.env['ONIONSKIN_SAMPLE'] === '0') return;
  try {
    const projectId = await studio.projects.installSample(path.join(app.getAppPath(), 'resources/sample'));
    // Opening it marks it as the last opened, so the window starts with it.
    if (projectId !== null) studio.projects.open(projectId);
  } catch (error) {
    log.warn('the sample project could not be installed', { area: 'shell', error });
  }
}

/** One file per day of start; a JSON object a line. */
function fileLog(dir: string): Log {
  mkdirSync(dir, { recursive: true });
  const day = new Date(systemClock.now()).toISOString().slice(0, 10);
  const stream = createWriteStream(path.join(dir, `${day}.log`), { flags: 'a' });
  const level = process.env['ONIONSKIN_LOG'] === 'debug' ? 'debug' : 'info';
  return createLog({ write: (line) => void stream.write(`${line}\n`), level, clock: systemClock });
}
