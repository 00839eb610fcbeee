/**
 * Jobs can be paused, and know where they would go on. SQLite cannot change a CHECK, so the table is built anew by its
 * recipe (www.sqlite.org/lang_altertable.html). Foreign keys are on: dropping `jobs` while `job_frames` names it would
 * empty that too, so both are copied first, rowids included, which keep the order jobs are listed in.
 */
import type { Migration } from '../migration';

export const pausedJobs: Migration = {
  version: 4,
  name: 'paused-jobs',
  sql: `
CREATE TABLE jobs_new (
  id          TEXT    NOT NULL PRIMARY KEY,
  project_id  TEXT    REFERENCES projects (id) ON DELETE CASCADE,
  kind        TEXT    NOT NULL CHECK (kind IN ('generate', 'export')),
  state       TEXT    NOT NULL
              CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted', 'paused')),
  title       TEXT    NOT NULL,
  shot_id     TEXT,
  segment_id  TEXT,
  seed        INTEGER,
  frame_count INTEGER NOT NULL CHECK (frame_count >= 1),
  payload     TEXT    NOT NULL,
  error       TEXT,
  take_id     TEXT    REFERENCES takes (id),
  seconds     TEXT,
  resume_step TEXT,
  is_hidden   INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),
  queue_place INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  started_at  INTEGER,
  finished_at INTEGER
) STRICT;
INSERT INTO jobs_new (rowid, id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload, error,
                      take_id, seconds, is_hidden, queue_place, created_at, started_at, finished_at)
SELECT rowid, id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload, error,
       take_id, seconds, is_hidden, queue_place, created_at, started_at, finished_at FROM jobs;

CREATE TABLE job_frames_new (
  job_id      TEXT    NOT NULL REFERENCES jobs_new (id) ON DELETE CASCADE,
  frame_index INTEGER NOT NULL,
  hash        TEXT    NOT NULL REFERENCES frames (hash),
  PRIMARY KEY (job_id, frame_index)
) STRICT, WITHOUT ROWID;
INSERT INTO job_frames_new SELECT job_id, frame_index, hash FROM job_frames;

DROP TABLE job_frames;
DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;
ALTER TABLE job_frames_new RENAME TO job_frames;

CREATE INDEX jobs_by_state ON jobs (state, queue_place);
CREATE INDEX jobs_by_project ON jobs (project_id, created_at);
CREATE INDEX jobs_by_take ON jobs (take_id) WHERE take_id IS NOT NULL;
CREATE INDEX job_frames_by_hash ON job_frames (hash);
`,
};
