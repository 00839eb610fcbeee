/**
 * V8 lets its young generation grow to 16 MiB and more, thrice over with its copies, in a process that makes much garbage.
 * The engine's garbage is a few small objects for each step; its pictures and latents lie outside of V8's heap.
 */
import { setFlagsFromString } from 'node:v8';

/** Before much is allocated: what has grown does not shrink. */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
