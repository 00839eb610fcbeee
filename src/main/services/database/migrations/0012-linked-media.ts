/**
 * Pictures and sounds may stay where they are, as imported films do: `place` is the original's path, and `file` is what it
 * will be called once it is copied. A row without a place is a copy in the library, as all rows were before.
 */
import type { Migration } from '../migration';

export const linkedMedia: Migration = {
  version: 12,
  name: 'linked-media',
  sql: `
ALTER TABLE media ADD COLUMN place TEXT CHECK (place <> '');
`,
};
