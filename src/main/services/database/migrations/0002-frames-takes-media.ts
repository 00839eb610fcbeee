/**
 * What the models made and what was imported. A row of `frames` says that the file is safely stored: file first, row
 * second. Takes share frames by hash, so branches share their common past.
 */
import type { Migration } from '../migration';

export const framesTakesMedia: Migration = {
  version: 2,
  name: 'frames-takes-media',
  sql: `
CREATE TABLE frames (
  hash       TEXT    NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE takes (
  id             TEXT    NOT NULL PRIMARY KEY,
  project_id     TEXT    REFERENCES projects (id) ON DELETE CASCADE,
  shot_id        TEXT    NOT NULL,
  segment_id     TEXT    NOT NULL,
  parent_take_id TEXT    REFERENCES takes (id),
  seed           INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 4294967295),
  recipe         TEXT    NOT NULL,
  recipe_hash    TEXT    NOT NULL CHECK (length(recipe_hash) = 64),
  created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX takes_by_project ON takes (project_id, created_at);
CREATE INDEX takes_by_parent ON takes (parent_take_id);

CREATE TABLE take_frames (
  take_id  TEXT    NOT NULL REFERENCES takes (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  hash     TEXT    NOT NULL REFERENCES frames (hash),
  PRIMARY KEY (take_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX take_frames_by_hash ON take_frames (hash);

CREATE TABLE media (
  id         TEXT    NOT NULL PRIMARY KEY,
  project_id TEXT    REFERENCES projects (id) ON DELETE CASCADE,
  name       TEXT    NOT NULL,
  file       TEXT    NOT NULL,
  width      INTEGER NOT NULL CHECK (width >= 1),
  height     INTEGER NOT NULL CHECK (height >= 1),
  bytes      INTEGER NOT NULL CHECK (bytes >= 1),
  sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX media_once_per_project ON media (ifnull(project_id, ''), sha256);
CREATE INDEX media_by_file ON media (file);

CREATE TABLE fitted_frames (
  media_sha256 TEXT    NOT NULL,
  width        INTEGER NOT NULL,
  height       INTEGER NOT NULL,
  hash         TEXT    NOT NULL REFERENCES frames (hash),
  PRIMARY KEY (media_sha256, width, height)
) STRICT, WITHOUT ROWID;
CREATE INDEX fitted_frames_by_hash ON fitted_frames (hash);
`,
};
