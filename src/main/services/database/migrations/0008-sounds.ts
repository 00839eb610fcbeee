/**
 * Imported sounds beside imported pictures: a row of `media` has a size in pixels or a length in samples. The table is
 * built anew because its rows had to have a size; rows keep their order.
 */
import type { Migration } from '../migration';

export const sounds: Migration = {
  version: 8,
  name: 'sounds',
  sql: `
CREATE TABLE media_with_sounds (
  id          TEXT    NOT NULL PRIMARY KEY,
  project_id  TEXT    REFERENCES projects (id) ON DELETE CASCADE,
  name        TEXT    NOT NULL,
  file        TEXT    NOT NULL,
  width       INTEGER CHECK (width >= 1),
  height      INTEGER CHECK (height >= 1),
  sample_rate INTEGER CHECK (sample_rate >= 1),
  channels    INTEGER CHECK (channels >= 1),
  samples     INTEGER CHECK (samples >= 1),
  bytes       INTEGER NOT NULL CHECK (bytes >= 1),
  sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
  created_at  INTEGER NOT NULL,
  CHECK ((width IS NULL) = (height IS NULL)),
  CHECK ((sample_rate IS NULL) = (samples IS NULL) AND (channels IS NULL) = (samples IS NULL)),
  CHECK ((width IS NULL) <> (samples IS NULL))
) STRICT;
INSERT INTO media_with_sounds (rowid, id, project_id, name, file, width, height, bytes, sha256, created_at)
SELECT rowid, id, project_id, name, file, width, height, bytes, sha256, created_at FROM media ORDER BY rowid;
DROP TABLE media;
ALTER TABLE media_with_sounds RENAME TO media;
CREATE UNIQUE INDEX media_once_per_project ON media (ifnull(project_id, ''), sha256);
CREATE INDEX media_by_file ON media (file);
CREATE INDEX media_by_content ON media (sha256);
`,
};
