/**
 * Projects, their documents as rows of records, and the journal of every change.
 * `records` is the document now; `journal` is how it came to be, and the undo history after a restart.
 */
import type { Migration } from '../migration';

export const projectsAndJournal: Migration = {
  version: 1,
  name: 'projects-and-journal',
  sql: `
CREATE TABLE projects (
  id         TEXT    NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL,
  version    INTEGER NOT NULL CHECK (version >= 0),
  view       TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  opened_at  INTEGER,
  trashed_at INTEGER
) STRICT;
CREATE INDEX projects_by_opening ON projects (opened_at) WHERE opened_at IS NOT NULL;

CREATE TABLE records (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  id         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  json       TEXT NOT NULL,
  PRIMARY KEY (project_id, id)
) STRICT;
CREATE INDEX records_by_kind ON records (project_id, kind);

CREATE TABLE journal (
  project_id TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  version    INTEGER NOT NULL CHECK (version >= 1),
  label      TEXT    NOT NULL,
  source     TEXT    NOT NULL CHECK (source IN ('edit', 'undo', 'redo', 'session')),
  diff       TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (project_id, version)
) STRICT;
CREATE INDEX journal_sources ON journal (project_id, version, source);
`,
};
