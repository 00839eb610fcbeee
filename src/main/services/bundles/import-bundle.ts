/**
 * Reads a `.onionskin` file into the library as a project of its own. Files are stored first; the rows come in one
 * transaction at the end, so a stop leaves nothing but files for the sweep.
 */
import type { BundleProject, ImportedBundle } from '@contracts/bundle';
import type { LibraryPaths } from '../../platform/paths';
import type { LibraryDatabase } from '../database/library-database';
import { insertPlaced, placeAnew, renamed, renamedDiff, type Content } from './placement';
import { framesIn, missingModels, storeFiles, withBundle, type InstalledModels } from './read-bundle';

export interface ImportBundleOptions extends InstalledModels {
  readonly newId: () => string;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** @throws AppError media/unsupported (no bundle), media/unreadable (damaged), library/disk-full, cancelled */
export function importBundle(
  db: LibraryDatabase,
  paths: LibraryPaths,
  path: string,
  options: ImportBundleOptions,
): Promise<ImportedBundle> {
  return withBundle(path, options.signal, async (bundle) => {
    await storeFiles(paths, bundle, options.onProgress);
    const { manifest, takes, media, project } = bundle;
    const projectId = insertProject(db, { ...bundle, name: manifest.projectName }, options.newId);
    return {
      projectId,
      projectName: manifest.projectName,
      isMerged: false,
      takes: takes.length,
      frames: framesIn(bundle).length,
      media: media.media.length + media.footage.length,
      versions: project.journal.length,
      missingModels: missingModels(bundle, options),
    };
  });
}

/** Ids that the library has already are replaced by fresh ones, wherever they are named. */
export function insertProject(
  db: LibraryDatabase,
  { name, project, ...content }: Content & { readonly project: BundleProject; readonly name: string },
  newId: () => string,
): string {
  const projectId = newId();
  return db.transaction(() => {
    const placement = placeAnew(db, content, newId);
    db.run(
      'INSERT INTO projects (id, name, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
      ...[projectId, name, project.version, project.createdAt, project.updatedAt],
    );
    for (const record of project.records)
      db.run(
        'INSERT INTO records (project_id, id, kind, json) VALUES (?, ?, ?, ?)',
        ...[projectId, record.id, record.kind, JSON.stringify(renamed(record, placement))],
      );
    for (const { version, label, source, diff, createdAt } of project.journal)
      db.run(
        'INSERT INTO journal (project_id, version, label, source, diff, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        ...[projectId, version, label, source, JSON.stringify(renamedDiff(diff, placement)), createdAt],
      );
    for (const { version, name: versionName, createdAt } of project.namedVersions)
      db.run('INSERT INTO named_versions VALUES (?, ?, ?, ?)', projectId, version, versionName, createdAt);
    insertPlaced(db, projectId, content, placement, project.createdAt);
    return projectId;
  });
}
