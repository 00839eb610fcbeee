/**
 * Node 24's middle compiler, Maglev, keeps loops that round to float32 (Math.fround) at a tenth of the speed that the
 * one above it gives them, and does not hand them on: the sampling loop lives in such loops. Electron's utility
 * processes do not have this, so the studio is as it should be without it.
 */
import { setFlagsFromString } from 'node:v8';

/** For a process of plain Node that samples; before the first loop is warm. */
export function leaveOutMaglev(): void {
  setFlagsFromString('--no-maglev');
}
