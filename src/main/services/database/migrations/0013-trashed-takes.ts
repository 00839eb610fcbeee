/**
 * Takes in the trash: still there with their frames and no longer offered, until space is reclaimed. A take itself never
 * changes.
 */
import type { Migration } from '../migration';

export const trashedTakes: Migration = {
  version: 13,
  name: 'trashed-takes',
  sql: `
CREATE TABLE trashed_takes (
  take_id    TEXT    NOT NULL PRIMARY KEY REFERENCES takes (id) ON DELETE CASCADE,
  trashed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
};
