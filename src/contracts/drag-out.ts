/** What is dragged out of the window into another program: only what exists as a file, or as files that are copied at once. */
import { z } from 'zod';
import { Id, Sha256 } from './document';

const Name = z.string().max(200);

export const DraggedOut = z.discriminatedUnion('kind', [
  /** A stored frame, as a PNG of this name. */
  z.object({ kind: z.literal('frame'), frame: Sha256, name: Name }),
  /** A take's frames in their order, as a folder of numbered PNGs. */
  z.object({ kind: z.literal('take'), takeId: Id, name: Name }),
  /** An imported picture or sound under the name it had. */
  z.object({ kind: z.literal('media'), mediaId: Id, name: Name }),
  /** A clip alone as a film, once its file has been made. */
  z.object({ kind: z.literal('clip'), projectId: Id, clipId: Id }),
  /** A finished export, where it lies. */
  z.object({ kind: z.literal('export'), jobId: Id }),
]);
export type DraggedOut = z.infer<typeof DraggedOut>;
