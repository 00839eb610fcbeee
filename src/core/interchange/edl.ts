/**
 * One video track as an edit decision list (CMX 3600), the form that every conforming program has read for
 * forty years: cuts and dissolves, in timecode, with the file's name in a comment. It knows one video track; others have a
 * list of their own. Files begin at 00:00:00:00, and so does the film. Timecode is non-drop, as the list says.
 */
import { formatTimecode, timecodeBase } from '../time/timecode';
import { framesPerSecond, type Rate } from '../time/rate';
import type { Interchange, InterchangeClip, InterchangeTrack } from './plan';

const BASES: readonly number[] = [24, 25, 30, 48, 50, 60];
/** An event has three digits. */
export const EDL_EVENTS_MAX = 999;

/** Whether such a list can be read: it does not say its rate, so there are only those that programs offer. */
export function hasEdl(rate: Rate): boolean {
  const base = timecodeBase(rate);
  const exact = [base, (base * 1000) / 1001].some((fps) => Math.abs(framesPerSecond(rate) - fps) < 1e-9);
  return exact && BASES.includes(base);
}

/** The tracks that get a list: each that is seen, where there are lists at all. */
export function edlTracks({ rate, tracks }: Interchange): InterchangeTrack[] {
  return hasEdl(rate) ? tracks.filter(({ kind }) => kind === 'Video') : [];
}

/** @param title of the film. Everything but ASCII becomes `?` */
export function edlOf(title: string, track: InterchangeTrack, rate: Rate): string {
  const lines = [`TITLE: ${ascii(title).slice(0, 70)}`, 'FCM: NON-DROP FRAME', ''];
  const code = (frame: number) => formatTimecode(frame, rate);
  const atCut = new Map(track.dissolves.map((dissolve) => [dissolve.cut, dissolve]));
  const { clips } = track;
  for (const [index, clip] of clips.entries()) {
    const number = String(index + 1).padStart(3, '0');
    const into = index === 0 ? undefined : atCut.get(clip.start);
    const outOf = index === clips.length - 1 ? undefined : atCut.get(clip.start + clip.duration);
    const before = into?.framesBefore ?? 0;
    // A dissolve belongs whole to the clip that comes in; the one before it ends where it begins.
    const [start, end] = [clip.start - before, clip.start + clip.duration - (outOf?.framesBefore ?? 0)];
    const event = (kind: string, of: InterchangeClip, from: number, to: number) => {
      const source = (frame: number) => code(of.fileIn + frame - of.start);
      lines.push(`${number}  AX       V     ${kind} ${source(from)} ${source(to)} ${code(from)} ${code(to)}`);
    };
    const previous = clips[index - 1];
    if (into !== undefined && previous !== undefined) {
      event('C       ', previous, start, start);
      event(`D    ${String(before + into.framesAfter).padStart(3, '0')}`, clip, start, end);
      lines.push(`* FROM CLIP NAME: ${fileOf(previous)}`, `* TO CLIP NAME: ${fileOf(clip)}`);
    } else {
      event('C       ', clip, start, end);
      lines.push(`* FROM CLIP NAME: ${fileOf(clip)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function fileOf({ file }: InterchangeClip): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
