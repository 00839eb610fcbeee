/** What can be said of a side's seams: the measure of the one that shows most, once its frames are decoded. */
import { measureSeam, type SeamMeasure } from '@core/quality/seam';
import type { FrameHash } from '@core/document/takes';
import type { RgbImage } from '../../media/decode-rgb';
import { framesAroundSeam, type CompareSide } from './compare-sides';

export type SeamView =
  { readonly kind: 'none' | 'unmade' | 'waiting' } | { readonly kind: 'measured'; readonly measure: SeamMeasure };

/** Frames that `seamViewOf` needs. */
export function seamFrames(side: CompareSide): FrameHash[] {
  return side.seams.flatMap((seam) => framesAroundSeam(side.film, seam)?.frames ?? []);
}

export function seamViewOf(side: CompareSide, rgbOf: (hash: FrameHash) => RgbImage | null): SeamView {
  if (side.seams.length === 0) return { kind: 'none' };
  const made = side.seams.map((seam) => framesAroundSeam(side.film, seam)).filter((around) => around !== null);
  if (made.length === 0) return { kind: 'unmade' };
  const measures: SeamMeasure[] = [];
  for (const { frames, firstNew } of made) {
    const images = frames.map(rgbOf).filter((image) => image !== null);
    if (images.length < frames.length) return { kind: 'waiting' };
    const size = images[0]?.rgb.length;
    if (images.some((image) => image.rgb.length !== size)) continue;
    measures.push(
      measureSeam(
        images.map((image) => image.rgb),
        firstNew,
      ),
    );
  }
  const worst = measures.sort((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0) || b.seam - a.seam)[0];
  return worst === undefined ? { kind: 'unmade' } : { kind: 'measured', measure: worst };
}

/** Above this the jump is larger than the motion around it explains. */
export const SEAM_SHOWS = 1.5;
