/** Takes that could be given up, with what that would give back. */
import { z } from 'zod';
import { Id } from './document';

export const PrunableTake = z.object({
  takeId: Id,
  shotId: Id,
  segmentId: Id,
  /** Offered as well: it can only go together with this one. null = it does not grow from one that is offered. */
  parentTakeId: Id.nullable(),
  frames: z.int(),
  /** Of the frames that no other take has. */
  bytes: z.int(),
  /** Its part is in the film with another take; else it is of a branch that was left. */
  isOfFilm: z.boolean(),
});
export type PrunableTake = z.infer<typeof PrunableTake>;

export const PrunePlan = z.object({
  /** Newest first. */
  takes: z.array(PrunableTake),
  /** How many of the project's takes stay, whatever is chosen. */
  kept: z.int(),
});
export type PrunePlan = z.infer<typeof PrunePlan>;
