/**
 * The services, wired for plain Node: children are forked from the built files beside this one. Everything that may be
 * broken on a machine (natives, the library) is loaded only when a command asks for it, so that `doctor` can still speak.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DoctorLine } from '@contracts/ipc';
import { appVersion } from '@main/app-version';
import { forkEngine } from '@main/engine/engine-process';
import { systemClock } from '@main/platform/clock';
import { createLog, logLevels } from '@main/platform/log';
import { assertNodeIsNew, brokenLine, runDoctor } from '@main/services/doctor/doctor';
import { createProviderProbe } from '@main/services/doctor/provider-probe';
import { Exporter } from '@main/services/export/exporter';
import { forkExporter } from '@main/services/export/fork-exporter';
import type { Studio } from '@main/studio';

export interface HeadlessStudio {
  /** @throws AppError library/* */
  open(libraryDir: string): Promise<{ readonly studio: Studio; readonly exporter: Exporter }>;
  /** Never throws: a library that cannot be opened is one of the lines. */
  doctor(libraryDir: string): Promise<DoctorLine[]>;
  /** An empty library for the demo, in out/. */
  prepareDemo(): Promise<{ readonly libraryDir: string; readonly outPath: string }>;
}

/** @param builtDir out/main, where engine.js, exporter.js and probe.js lie */
export function createHeadlessStudio(builtDir: string): HeadlessStudio {
  const embeddedModelsDir = resolve(builtDir, '../../resources/models');
  const outDir = resolve(builtDir, '..');
  const spawnExporter = () => forkExporter(join(builtDir, 'exporter.js'));
  const spawnProbe = () => forkExporter(join(builtDir, 'probe.js'));

  const open = async (libraryDir: string) => {
    assertNodeIsNew();
    const { openStudio } = await import('@main/compose');
    const studio = await openStudio({
      ...{ libraryDir, embeddedModelsDir, appVersion, spawnExporter, spawnProbe, log: stderrLog() },
      spawnEngine: () => forkEngine(join(builtDir, 'engine.js')),
      runsEarlierJobs: false,
    });
    return { studio, exporter: new Exporter({ spawn: spawnExporter }) };
  };

  return {
    open,
    doctor: async (libraryDir) => {
      try {
        const { studio } = await open(libraryDir);
        try {
          return await studio.doctor();
        } finally {
          await studio.close();
        }
      } catch (error) {
        const probeProvider = createProviderProbe({ spawn: spawnProbe });
        const modelDirs = await foldersOf(embeddedModelsDir);
        return [
          brokenLine('library', error),
          ...(await runDoctor({ libraryDir, appVersion, modelDirs, probeProvider })),
        ];
      }
    },
    prepareDemo: async () => {
      const libraryDir = join(outDir, 'demo-library');
      await rm(libraryDir, { recursive: true, force: true });
      await mkdir(outDir, { recursive: true });
      return { libraryDir, outPath: join(outDir, 'demo.mp4') };
    },
  };
}

async function foldersOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
}

/** ONIONSKIN_LOG=debug shows what the services do; without it only what they could not do. */
function stderrLog() {
  const level = logLevels.find((name) => name === process.env['ONIONSKIN_LOG']) ?? 'error';
  return createLog({ write: (line) => void process.stderr.write(`${line}\n`), level, clock: systemClock });
}
