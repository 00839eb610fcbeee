/** Projects and the bundles they travel in. */
import { duplicateProject } from '../services/bundles/duplicate-project';
import { exportBundle } from '../services/bundles/export-bundle';
import { importBundle } from '../services/bundles/import-bundle';
import { previewBundle } from '../services/bundles/match-bundle';
import { mergeBundle } from '../services/bundles/merge-bundle';
import { installSample } from '../services/projects/sample-project';
import { sizeOfProject } from '../services/projects/project-size';
import type { Studio } from '../studio';
import type { Services } from './services';

export function projectsOf({
  db,
  paths,
  clock,
  newId,
  frames,
  takes,
  projects,
  versions,
}: Services): Studio['projects'] {
  return {
    list: (place) => projects.list(place),
    create: (project) => projects.create(project),
    createFrom: (records) => projects.createFrom(records),
    installSample: (sampleDir) =>
      installSample(sampleDir, { db, frames, takes, clock, createFrom: (records) => projects.createFrom(records) }),
    open: (projectId) => projects.open(projectId),
    nameOf: (projectId) => projects.nameOf(projectId),
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
  };
}

export function bundlesOf(services: Services): Studio['bundles'] {
  const { db, paths, clock, newId, appVersion, models, projects, sweep, onBundleProgress } = services;
  const bundleOptions = (signal: AbortSignal | undefined) => ({
    newId,
    installedModels: models.list().map(({ manifest }) => manifest),
    onProgress: onBundleProgress,
    ...(signal && { signal }),
  });

  return {
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
  };
}
