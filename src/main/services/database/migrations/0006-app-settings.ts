/**
 * What the artist has set up for all projects: key maps, recent commands. Small JSON values by name.
 */
import type { Migration } from '../migration';

export const appSettings: Migration = {
  version: 6,
  name: 'app-settings',
  sql: `
CREATE TABLE app_settings (
  key        TEXT    NOT NULL PRIMARY KEY,
  value      TEXT    NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
};
