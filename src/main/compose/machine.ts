/** The library's health and the machine under it: upkeep, backups, devices, doctor. */
import { AppError } from '@core/errors';
import { listBackups } from '../services/backups/backup-files';
import { requestRestore } from '../services/backups/restore';
import { releasedMigrations } from '../services/database/migrations/released';
import { fetchCuda, lookAtCuda } from '../services/devices/cuda-libraries';
import { runDoctor } from '../services/doctor/doctor';
import type { Studio } from '../studio';
import { DEVICE_SETTING, type Services } from './services';

export function libraryOf(services: Services): Studio['library'] {
  const { paths, clock, log, nativeBinding, upkeep, startupSweep, backups } = services;
  return {
    verify: (how) => upkeep.verify(how),
    reclaimPlan: (signal) => upkeep.plan(signal),
    reclaim: async (plan, how) => {
      await startupSweep.giveWay();
      return upkeep.reclaim(plan, how);
    },
    backups: () => listBackups(paths),
    backUpIfDue: () => backups.runIfDue(),
    restoreBackup: (name) => requestRestore(paths, name, { clock, log, nativeBinding, migrations: releasedMigrations }),
  };
}

export function devicesOf({ settings, cuda, ladder }: Services): Studio['devices'] {
  return {
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
  };
}

export function doctorOf({ paths, appVersion, nativeBinding, models, ladder }: Services): Studio['doctor'] {
  return () => {
    ladder.lookAgain();
    return runDoctor({
      libraryDir: paths.dir,
      appVersion,
      modelDirs: models.list().map(({ manifest }) => models.packageDirOf(manifest.id)),
      probeProvider: (provider) => ladder.reasonOf(provider),
      nativeBinding,
    });
  };
}
