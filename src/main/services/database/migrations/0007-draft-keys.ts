/**
 * What a take was planned as (core/prompt/draft-key.ts), so that the studio can say when its segment would now be made
 * otherwise. Null for takes made before: what they were planned as is not known, and nothing is said of them.
 */
import type { Migration } from '../migration';

export const draftKeys: Migration = {
  version: 7,
  name: 'draft-keys',
  sql: `
ALTER TABLE takes ADD COLUMN draft_key TEXT CHECK (length(draft_key) BETWEEN 1 AND 300);
`,
};
