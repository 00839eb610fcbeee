/** Imported files that are gone, and how they were found again. */
import { z } from 'zod';
import { Id } from './document';

export const Relinked = z.object({
  mediaId: Id,
  name: z.string(),
  /** Name of the file that was found. */
  file: z.string(),
  /** hash: the very file · size, name: another version of it, of the same size and ending, or of the same name */
  by: z.enum(['hash', 'size', 'name']),
});
export type Relinked = z.infer<typeof Relinked>;

export const RelinkReport = z.object({
  found: z.array(Relinked),
  /** Found, and not to be used. */
  refused: z.array(z.object({ name: z.string(), file: z.string(), why: z.string() })),
  missing: z.array(z.object({ mediaId: Id, name: z.string() })),
});
export type RelinkReport = z.infer<typeof RelinkReport>;
