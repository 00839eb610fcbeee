/**
 * Waveforms of imported sounds for the timeline: a hundred values a second (core/export/sound-plan.ts), asked of main
 * once. Bounded; the least recently used goes first.
 */
import { peaksUrl } from '../state/urls';

const MAX_WAVEFORMS = 64;
const waveforms = new Map<string, Uint8Array | null>();

/** The values when they are here; otherwise starts loading and calls `onLoaded` once they are. Null too when there are none. */
export function waveformOf(mediaId: string, onLoaded: () => void): Uint8Array | null {
  const known = waveforms.get(mediaId);
  if (known !== undefined) {
    waveforms.delete(mediaId);
    waveforms.set(mediaId, known);
    return known;
  }
  // Null until it comes, and for good when it does not: a missing file is not asked for on every drawing.
  waveforms.set(mediaId, null);
  const oldest = waveforms.keys().next();
  if (waveforms.size > MAX_WAVEFORMS && !oldest.done) waveforms.delete(oldest.value);
  void load(mediaId, onLoaded);
  return null;
}

async function load(mediaId: string, onLoaded: () => void): Promise<void> {
  try {
    const answer = await fetch(peaksUrl(mediaId));
    if (!answer.ok) return;
    waveforms.set(mediaId, new Uint8Array(await answer.arrayBuffer()));
    onLoaded();
  } catch {
    // The clip is drawn without its waveform; playing and exporting say what is wrong with the file.
  }
}
