/** Earlier versions of a project: its journal, as a list of places one can look at. */
import { z } from 'zod';
import { DocumentRecord } from './document';

export const VERSION_NAME_MAX = 200;
/** Of one project. */
export const NAMED_VERSIONS_MAX = 1_000;

export const NamedVersion = z.object({ version: z.int(), name: z.string(), createdAt: z.number() });
export type NamedVersion = z.infer<typeof NamedVersion>;

export const VersionList = z.object({
  current: z.int(),
  /** Versions worth stopping at, oldest first; the last is that of now. */
  stops: z.array(z.int()),
  named: z.array(NamedVersion),
});
export type VersionList = z.infer<typeof VersionList>;

export const ProjectVersion = z.object({
  version: z.int(),
  /** The change that led to it. */
  label: z.string(),
  createdAt: z.number(),
  /** When the next change came; null = it is the version of now. Takes made since were not there yet. */
  until: z.number().nullable(),
  records: z.array(DocumentRecord).readonly(),
});
export type ProjectVersion = z.infer<typeof ProjectVersion>;
