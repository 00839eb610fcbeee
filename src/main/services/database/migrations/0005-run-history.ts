/**
 * Every run ever, searchable: one row of `runs` for each take, and for each job that ended without one. What is searched
 * for (words of prompt and note; model, project, seed, star as words of their own) stands in an FTS5 index without
 * content, so that any mixture of filters is one lookup in the order of `n`. Stars and notes live here: takes never change.
 * Triggers keep it in step, whoever writes takes and jobs. A later migration that builds `jobs` or `takes` anew drops the
 * triggers on them with the old table and has to create them again.
 */
import type { Migration } from '../migration';

const model = (recipe: string) => `ifnull(json_extract(iif(json_valid(${recipe}), ${recipe}, '{}'), '$.model.id'), '')`;
/** The prompts in order, each once. */
const prompt = (recipe: string) => `ifnull((SELECT group_concat(text, ' → ') FROM (
    SELECT json_extract(value, '$.prompt') AS text FROM json_each(iif(json_valid(${recipe}), ${recipe}, '{}'), '$.windows')
    GROUP BY text ORDER BY min(key))), '')`;
const jobRecipe = (payload: string) =>
  `ifnull(json_extract(iif(json_valid(${payload}), ${payload}, '{}'), '$.recipe'), '{}')`;
/** Words that no prompt can hold by accident, because they are looked for in their own column. */
const facets = (row: string) => `'m' || hex(${row}.model_id) || ' s' || ${row}.seed
    || ifnull(' p' || hex(${row}.project_id), '')
    || iif(${row}.is_starred, ' starred', '') || iif(${row}.take_id IS NULL, ' failed', ' taken')`;
const endedWithoutTake = (job: string) =>
  `${job}.kind = 'generate' AND ${job}.take_id IS NULL AND ${job}.state IN ('failed', 'cancelled', 'interrupted')`;
const fromTake = (take: string) => `${take}.id, NULL, ${take}.project_id, ${model(`${take}.recipe`)}, ${take}.seed,
    ${prompt(`${take}.recipe`)}, ${take}.created_at`;
const fromJob = (job: string) => `NULL, ${job}.id, ${job}.project_id, ${model(jobRecipe(`${job}.payload`))},
    ifnull(${job}.seed, 0), ${prompt(jobRecipe(`${job}.payload`))}, ifnull(${job}.finished_at, ${job}.created_at)`;

/** @param when `WHEN …` for the rows that count, or nothing */
export const triggerOfTakes = (when: string) =>
  `CREATE TRIGGER runs_of_takes AFTER INSERT ON takes ${when}${when === '' ? '' : ' '}BEGIN
  INSERT INTO runs (take_id, job_id, project_id, model_id, seed, prompt, created_at) VALUES (${fromTake('new')});
END;`;
export const triggersOfJobs = `CREATE TRIGGER runs_of_jobs AFTER UPDATE OF state, take_id ON jobs WHEN new.kind = 'generate' BEGIN
  DELETE FROM runs WHERE job_id = new.id;
  INSERT INTO runs (take_id, job_id, project_id, model_id, seed, prompt, created_at)
  SELECT ${fromJob('new')} WHERE ${endedWithoutTake('new')};
END;
CREATE TRIGGER runs_of_jobs_removed AFTER DELETE ON jobs BEGIN
  DELETE FROM runs WHERE job_id = old.id;
END;`;

export const runHistory: Migration = {
  version: 5,
  name: 'run-history',
  sql: `
CREATE TABLE runs (
  n          INTEGER PRIMARY KEY,
  take_id    TEXT    UNIQUE REFERENCES takes (id) ON DELETE CASCADE,
  job_id     TEXT    UNIQUE,
  project_id TEXT,
  model_id   TEXT    NOT NULL,
  seed       INTEGER NOT NULL,
  prompt     TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  is_starred INTEGER NOT NULL DEFAULT 0 CHECK (is_starred IN (0, 1)),
  note       TEXT    NOT NULL DEFAULT '',
  CHECK ((take_id IS NULL) <> (job_id IS NULL))
) STRICT;

CREATE VIRTUAL TABLE run_search USING fts5 (
  prompt, note, facets,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

CREATE TRIGGER runs_added AFTER INSERT ON runs BEGIN
  INSERT INTO run_search (rowid, prompt, note, facets) VALUES (new.n, new.prompt, new.note, ${facets('new')});
END;
CREATE TRIGGER runs_marked AFTER UPDATE OF is_starred, note ON runs BEGIN
  UPDATE run_search SET prompt = new.prompt, note = new.note, facets = ${facets('new')} WHERE rowid = new.n;
END;
CREATE TRIGGER runs_removed AFTER DELETE ON runs BEGIN
  DELETE FROM run_search WHERE rowid = old.n;
END;
${triggerOfTakes('')}
${triggersOfJobs}

INSERT INTO runs (take_id, job_id, project_id, model_id, seed, prompt, created_at)
SELECT * FROM (
  SELECT ${fromTake('t')} AS at FROM takes t
  UNION ALL
  SELECT ${fromJob('j')} FROM jobs j WHERE ${endedWithoutTake('j')}
) ORDER BY at;
`,
};
