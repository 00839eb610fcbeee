/**
 * The queue and what it has learned of this machine's speed. A job's row holds all that is needed to run it again;
 * `job_frames` names what a running job has stored, so that a crash keeps it.
 */
import type { Migration } from '../migration';

export const jobsAndCalibration: Migration = {
  version: 3,
  name: 'jobs-and-calibration',
  sql: `
CREATE TABLE jobs (
  id          TEXT    NOT NULL PRIMARY KEY,
  project_id  TEXT    REFERENCES projects (id) ON DELETE CASCADE,
  kind        TEXT    NOT NULL CHECK (kind IN ('generate', 'export')),
  state       TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  title       TEXT    NOT NULL,
  shot_id     TEXT,
  segment_id  TEXT,
  seed        INTEGER,
  frame_count INTEGER NOT NULL CHECK (frame_count >= 1),
  payload     TEXT    NOT NULL,
  error       TEXT,
  take_id     TEXT    REFERENCES takes (id),
  seconds     TEXT,
  is_hidden   INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),
  queue_place INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  started_at  INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, queue_place);
CREATE INDEX jobs_by_project ON jobs (project_id, created_at);
CREATE INDEX jobs_by_take ON jobs (take_id) WHERE take_id IS NOT NULL;

CREATE TABLE job_frames (
  job_id      TEXT    NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  frame_index INTEGER NOT NULL,
  hash        TEXT    NOT NULL REFERENCES frames (hash),
  PRIMARY KEY (job_id, frame_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_frames_by_hash ON job_frames (hash);

CREATE TABLE calibration (
  id            INTEGER PRIMARY KEY,
  model_id      TEXT    NOT NULL,
  model_version TEXT    NOT NULL,
  step_units    REAL    NOT NULL CHECK (step_units > 0),
  step_ms       REAL    NOT NULL CHECK (step_ms >= 0),
  pixels        INTEGER NOT NULL CHECK (pixels >= 1),
  decode_ms     REAL    NOT NULL CHECK (decode_ms >= 0),
  overhead_ms   REAL    NOT NULL CHECK (overhead_ms >= 0),
  created_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX calibration_by_model ON calibration (model_id, id);
`,
};
