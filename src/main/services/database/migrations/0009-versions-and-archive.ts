/**
 * Named versions: a name for a place in a project's journal. Projects may be archived, which takes them from the first
 * list and nothing else. Takes are found by their recipe, as when a file that carries one is dropped on the studio.
 */
import type { Migration } from '../migration';

export const versionsAndArchive: Migration = {
  version: 9,
  name: 'versions-and-archive',
  sql: `
CREATE TABLE named_versions (
  project_id TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  name       TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (project_id, version),
  FOREIGN KEY (project_id, version) REFERENCES journal (project_id, version) ON DELETE CASCADE
) STRICT;
ALTER TABLE projects ADD COLUMN archived_at INTEGER;
CREATE INDEX takes_by_recipe ON takes (recipe_hash);
`,
};
