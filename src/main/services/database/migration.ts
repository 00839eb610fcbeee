/**
 * Brings a database to the newest schema. Each migration runs in its own BEGIN IMMEDIATE transaction together with the
 * `user_version` it leads to, so a stop at any instant leaves the version before or the version after, nothing between.
 */
import { z } from 'zod';
import { AppError, assert } from '@core/errors';
import { APPLICATION_ID, type LibraryDatabase } from './library-database';

export interface Migration {
  /** 1 for the first, one more for each. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

const ForeignKeyFault = z.object({ table: z.string() });

/** @throws AssertionError when versions do not count 1, 2, 3 … */
export function assertMigrationOrder(migrations: readonly Migration[]): void {
  migrations.forEach((migration, i) => {
    assert(
      migration.version === i + 1,
      `migration ${migration.name} has version ${migration.version}, expected ${i + 1}`,
    );
  });
}

export function schemaVersion(db: LibraryDatabase): number {
  const version = db.pragma('user_version');
  assert(typeof version === 'number', 'user_version is a number');
  return version;
}

/**
 * @throws AppError library/newer-than-app when the database has a version this app does not know
 * @throws AppError library/corrupt when the file is another program's database
 */
export function assertKnownVersion(db: LibraryDatabase, migrations: readonly Migration[]): void {
  const owner = db.pragma('application_id');
  const version = schemaVersion(db);
  const remedyForeign = 'Choose another library folder, or move the file library.sqlite out of this one.';
  if (owner !== APPLICATION_ID && (owner !== 0 || version !== 0))
    throw new AppError('library/corrupt', 'library.sqlite in this folder was not made by Onionskin.', {
      field: 'library',
      value: db.path,
      remedy: remedyForeign,
    });
  if (version > migrations.length)
    throw new AppError(
      'library/newer-than-app',
      `This library was last opened by a newer Onionskin (library version ${version}, this app knows up to ${migrations.length}).`,
      { field: 'library', value: db.path, remedy: 'Install the newest Onionskin, or choose another library folder.' },
    );
}

/** Applies what is missing. @throws what a migration throws; the database is then as that migration found it */
export function migrate(db: LibraryDatabase, migrations: readonly Migration[]): void {
  assertMigrationOrder(migrations);
  for (const migration of migrations.slice(schemaVersion(db))) {
    db.transaction(() => {
      db.execute(migration.sql);
      const faults = db.all(ForeignKeyFault, 'PRAGMA foreign_key_check');
      assert(faults.length === 0, `migration ${migration.name} leaves dangling rows in ${faults[0]?.table ?? ''}`);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${migration.version}`);
    });
  }
}
