/**
 * How long an export takes: it goes by the pixels that are written, for each format at its own pace, and by those of the
 * frames in between, which a graph draws first. Both learn from what exports took.
 */
import { ExportPreset } from '@contracts/job';
import { framesBetween } from '@core/interpolation/smoothing';
import type { ExportShape } from '../../studio';
import { LearnedPace } from '../queue/learned-pace';
import type { SettingStore } from '../settings/setting-store';

export interface ExportEstimate {
  readonly seconds: number;
  /** Typical until an export of this kind has come to its end here. */
  readonly basis: 'measured' | 'typical';
}

/** Seconds a megapixel, before the first export: 720p on two hyperthreads of one server core, x264 and ffmpeg's own encoders. */
const TYPICAL: Readonly<Record<ExportPreset, number>> = {
  'h264-mp4': 0.12,
  'prores-mov': 0.5,
  gif: 0.17,
  'png-sequence': 0.6,
  timeline: 0.45,
};

export class ExportPace {
  readonly #writing: Readonly<Record<ExportPreset, LearnedPace>>;
  readonly #between: LearnedPace;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>) {
    const paceOf = (preset: ExportPreset): LearnedPace => {
      const key = `export.${preset}.secondsPerMegapixel`;
      return new LearnedPace(settings, { key, typical: TYPICAL[preset], startSeconds: 0.4 });
    };
    this.#writing = Object.fromEntries(ExportPreset.options.map((preset) => [preset, paceOf(preset)])) as Record<
      ExportPreset,
      LearnedPace
    >; // of every preset
    const key = 'export.smoothing.secondsPerMegapixel';
    this.#between = new LearnedPace(settings, { key, typical: 3, startSeconds: 0.5 });
  }

  estimate(film: ExportShape): ExportEstimate {
    const writing = this.#writing[film.preset].estimate(written(film));
    const pixels = between(film);
    if (pixels === 0) return writing;
    const drawing = this.#between.estimate(pixels);
    // Drawing takes nearly all of it.
    return { seconds: writing.seconds + drawing.seconds, basis: drawing.basis };
  }

  /** Learns from an export that came to its end. */
  record(film: ExportShape, seconds: number): void {
    const pixels = between(film);
    if (written(film) === 0) return;
    if (pixels === 0) this.#writing[film.preset].record(written(film), seconds);
    // What the writing of it took is not known apart: it is taken for what it usually takes.
    else
      this.#between.record(pixels, Math.max(0, seconds - this.#writing[film.preset].estimate(written(film)).seconds));
  }
}

/** Megapixels. */
function written({ width, height, frameCount, smoothing }: ExportShape): number {
  return (frameCount * smoothing * width * height) / 1e6;
}

/** Megapixels that have to be drawn. A GIF goes over the film twice. */
function between({ width, height, frameCount, smoothing, preset }: ExportShape): number {
  const passes = preset === 'gif' ? 2 : 1;
  return (passes * framesBetween(frameCount, smoothing) * width * height) / 1e6;
}
