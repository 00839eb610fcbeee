/**
 * Between a shot's own frames and the project frames on which a clip shows them.
 * A clip shows, at project frame p, the shot frame floor((p − start + sourceIn) · shotRate · speed / projectRate); everything
 * here is the exact inverse of that.
 */
import { playedRate } from '@core/document/clip-speed';
import type { ClipRecord } from '@core/document/records';
import { ceilToRate, floorToRate, nearestToRate, type Rate } from '@core/time/rate';

export interface FrameRange {
  readonly from: number;
  readonly to: number;
}

type ClipTimes = Pick<ClipRecord, 'start' | 'duration' | 'sourceIn' | 'speed'>;

/** The first project frame at which the clip, were it long enough, shows shot frame `shotFrame`. */
export function projectFrameOf(clip: ClipTimes, shotFrame: number, shotRate: Rate, projectRate: Rate): number {
  return clip.start - clip.sourceIn + ceilToRate(shotFrame, playedRate(clip, shotRate), projectRate);
}

/** The shot frame on screen at a project frame, also before and after the clip. */
export function shotFrameAt(clip: ClipTimes, projectFrame: number, shotRate: Rate, projectRate: Rate): number {
  return floorToRate(projectFrame - clip.start + clip.sourceIn, projectRate, playedRate(clip, shotRate));
}

/** The boundary between two shot frames that lies closest to a project frame: for dragged edges. */
export function shotBoundaryNear(clip: ClipTimes, projectFrame: number, shotRate: Rate, projectRate: Rate): number {
  return nearestToRate(projectFrame - clip.start + clip.sourceIn, projectRate, playedRate(clip, shotRate));
}

/** The project frames of shot frames [from, to) that the clip shows; null when it shows none of them. */
export function rangeInClip(clip: ClipTimes, range: FrameRange, shotRate: Rate, projectRate: Rate): FrameRange | null {
  const from = Math.max(clip.start, projectFrameOf(clip, range.from, shotRate, projectRate));
  const to = Math.min(clip.start + clip.duration, projectFrameOf(clip, range.to, shotRate, projectRate));
  return from < to ? { from, to } : null;
}
