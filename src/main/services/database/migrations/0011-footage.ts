/**
 * Imported films: linked originals by project, and jobs that conform them. SQLite cannot change a CHECK, so `jobs` is
 * built anew as in 0004; which kinds there are is the contract's to say from here on. That drops the triggers on it,
 * which are created again as 0005 has them. A take of footage is no run of a model and stays out of `runs`.
 */
import type { Migration } from '../migration';
import { triggersOfJobs, triggerOfTakes } from './0005-run-history';

export const footage: Migration = {
  version: 11,
  name: 'footage',
  sql: `
CREATE TABLE footage (
  id         TEXT    NOT NULL PRIMARY KEY,
  project_id TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name       TEXT    NOT NULL,
  place      TEXT,
  facts      TEXT    NOT NULL,
  poster     TEXT    NOT NULL,
  bytes      INTEGER NOT NULL CHECK (bytes >= 1),
  sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX footage_once_per_project ON footage (project_id, sha256);

CREATE TABLE jobs_new (
  id          TEXT    NOT NULL PRIMARY KEY,
  project_id  TEXT    REFERENCES projects (id) ON DELETE CASCADE,
  kind        TEXT    NOT NULL,
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
  finished_at INTEGER,
  report      TEXT
) STRICT;
INSERT INTO jobs_new (rowid, id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload, error,
                      take_id, seconds, resume_step, is_hidden, queue_place, created_at, started_at, finished_at,
                      report)
SELECT rowid, id, project_id, kind, state, title, shot_id, segment_id, seed, frame_count, payload, error,
       take_id, seconds, resume_step, is_hidden, queue_place, created_at, started_at, finished_at,
       report FROM jobs;

CREATE TABLE job_frames_new (
  job_id      TEXT    NOT NULL REFERENCES jobs_new (id) ON DELETE CASCADE,
  frame_index INTEGER NOT NULL,
  hash        TEXT    NOT NULL REFERENCES frames (hash),
  PRIMARY KEY (job_id, frame_index)
) STRICT, WITHOUT ROWID;
INSERT INTO job_frames_new SELECT job_id, frame_index, hash FROM job_frames;

DROP TRIGGER runs_of_jobs;
DROP TRIGGER runs_of_jobs_removed;
DROP TRIGGER runs_of_takes;
DROP TABLE job_frames;
DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;
ALTER TABLE job_frames_new RENAME TO job_frames;

CREATE INDEX jobs_by_state ON jobs (state, queue_place);
CREATE INDEX jobs_by_project ON jobs (project_id, created_at);
CREATE INDEX jobs_by_take ON jobs (take_id) WHERE take_id IS NOT NULL;
CREATE INDEX job_frames_by_hash ON job_frames (hash);
${triggersOfJobs}
${triggerOfTakes("WHEN json_extract(iif(json_valid(new.recipe), new.recipe, '{}'), '$.family') IS NOT 'footage'")}
`,
};
