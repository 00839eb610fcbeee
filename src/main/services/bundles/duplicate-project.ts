/**
 * A project's twin in the same library: what a bundle of it would carry, put back without the file. Frames and media are
 * shared by content, so a twin takes next to no space; takes and media get ids of their own.
 */
import { AppError } from '@core/errors';
import type { LibraryDatabase } from '../database/library-database';
import { linkedPlaces, readMedia, readProject, readTakes } from './export-bundle';
import { insertProject } from './import-bundle';

const NAME_MAX = 200;

/** @returns the twin's id @throws AppError project/not-found */
export function duplicateProject(
  db: LibraryDatabase,
  projectId: string,
  { newId, now }: { readonly newId: () => string; readonly now: number },
): string {
  const { name, content } = readProject(db, projectId);
  const copyName = `${name.slice(0, NAME_MAX - 5)} copy`;
  const project = content.records.find((record) => record.kind === 'project');
  if (project?.kind !== 'project')
    throw new AppError('library/corrupt', `The project “${name}” has lost its own record.`, {
      field: 'projectId',
      value: projectId,
      remedy: 'Restore the newest backup from the library folder.',
    });
  // The new name is a change like any other, so that the twin's history leads to the twin.
  const diff = { added: [], updated: [{ from: project, to: { ...project, name: copyName } }], removed: [] };
  const version = content.version + 1;
  const renaming = { version, label: 'Duplicate project', source: 'session', diff, createdAt: now };
  return insertProject(
    db,
    {
      name: copyName,
      project: {
        version,
        createdAt: now,
        updatedAt: now,
        records: content.records.map((record) => (record === project ? { ...project, name: copyName } : record)),
        journal: [...content.journal, renaming],
        namedVersions: content.namedVersions,
      },
      takes: readTakes(db, projectId),
      media: readMedia(db, projectId),
      places: linkedPlaces(db, projectId),
    },
    newId,
  );
}
