/**
 * What runs did and took besides time: kept with the job, to be shown with its take; and what the next estimate needs of
 * it. Rows from before say nothing of it.
 */
import type { Migration } from '../migration';

export const runReports: Migration = {
  version: 10,
  name: 'run-reports',
  sql: `
ALTER TABLE jobs ADD COLUMN report TEXT;
ALTER TABLE calibration ADD COLUMN window_pixels INTEGER CHECK (window_pixels >= 1);
ALTER TABLE calibration ADD COLUMN peak_bytes INTEGER CHECK (peak_bytes >= 0);
ALTER TABLE calibration ADD COLUMN frame_pixels INTEGER CHECK (frame_pixels >= 1);
ALTER TABLE calibration ADD COLUMN frame_bytes INTEGER CHECK (frame_bytes >= 0);
ALTER TABLE calibration ADD COLUMN reuse_threshold REAL CHECK (reuse_threshold > 0);
ALTER TABLE calibration ADD COLUMN reused_share REAL CHECK (reused_share BETWEEN 0 AND 1);
ALTER TABLE calibration ADD COLUMN provider TEXT;
`,
};
