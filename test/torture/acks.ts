/**
 * What the tortured process says on stdout, one JSON line each, as soon as the studio has said that a change is done.
 * Whatever stands in a line that was written must be in the library after the kill.
 */
import { z } from 'zod';
import { JobState } from '@contracts/job';

export const Ack = z.discriminatedUnion('type', [
  /** The library is open and every project in it could be opened. */
  z.object({ type: z.literal('ready'), projects: z.int() }),
  z.object({ type: z.literal('project'), projectId: z.string() }),
  z.object({ type: z.literal('commit'), projectId: z.string(), version: z.int(), diffHash: z.string() }),
  z.object({ type: z.literal('job'), jobId: z.string() }),
  z.object({ type: z.literal('frames'), jobId: z.string(), hashes: z.array(z.string()) }),
  z.object({ type: z.literal('take'), takeId: z.string(), recipeHash: z.string(), hashes: z.array(z.string()) }),
  z.object({ type: z.literal('ended'), jobId: z.string(), state: JobState }),
  z.object({ type: z.literal('media'), mediaId: z.string(), sha256: z.string() }),
  z.object({ type: z.literal('export'), jobId: z.string(), path: z.string(), sha256: z.string() }),
  /** A refusal the script asked for, or one that a person would meet; anything else ends the process with an error. */
  z.object({ type: z.literal('refused'), code: z.string() }),
]);
export type Ack = z.infer<typeof Ack>;

/** What one process is told to do, as its only argument. */
export const TortureTask = z.object({
  libraryDir: z.string(),
  /** out/main: engine.js and exporter.js. */
  builtDir: z.string(),
  modelsDir: z.string(),
  /** Where films are exported to and images to import are drawn. */
  filesDir: z.string(),
  engine: z.enum(['scripted', 'real']),
  seed: z.int(),
});
export type TortureTask = z.infer<typeof TortureTask>;
