/**
 * What an export costs, in time and on the disk: it goes by the pixels that are written, for each format at rates of its own,
 * and the time also by those of the frames in between, which a graph draws first. All learn from what exports took.
 */
import type { ExportCost } from '@contracts/export-cost';
import { ExportPreset } from '@contracts/job';
import { framesBetween } from '@core/interpolation/smoothing';
import type { ExportShape } from '../../studio';
import { LearnedRate } from '../queue/learned-rate';
import type { SettingStore } from '../settings/setting-store';

interface Typical {
  /** A megapixel; 720p on two hyperthreads of one server core, x264 and ffmpeg's own encoders. */
  readonly seconds: number;
  /** A megapixel of ordinary film: 1080p at 24 frames a second has 50 of them. */
  readonly bytes: number;
}

/** Before the first export. */
const TYPICAL: Readonly<Record<ExportPreset, Typical>> = {
  'h264-mp4': { seconds: 0.12, bytes: 30_000 },
  'prores-mov': { seconds: 0.5, bytes: 450_000 },
  gif: { seconds: 0.17, bytes: 400_000 },
  'png-sequence': { seconds: 0.6, bytes: 1_500_000 },
  timeline: { seconds: 0.45, bytes: 450_000 },
};

interface FormatRates {
  readonly seconds: LearnedRate;
  readonly bytes: LearnedRate;
}

export class ExportCosts {
  readonly #written: Readonly<Record<ExportPreset, FormatRates>>;
  readonly #between: LearnedRate;

  constructor(settings: Pick<SettingStore, 'get' | 'set'>) {
    const ratesOf = (preset: ExportPreset): FormatRates => {
      const { seconds, bytes } = TYPICAL[preset];
      const key = (what: string): string => `export.${preset}.${what}PerMegapixel`;
      return {
        seconds: new LearnedRate(settings, { key: key('seconds'), typical: seconds, start: 0.4 }),
        bytes: new LearnedRate(settings, { key: key('bytes'), typical: bytes, start: 1_000 }),
      };
    };
    this.#written = Object.fromEntries(ExportPreset.options.map((preset) => [preset, ratesOf(preset)])) as Record<
      ExportPreset,
      FormatRates
    >; // of every preset
    const key = 'export.smoothing.secondsPerMegapixel';
    this.#between = new LearnedRate(settings, { key, typical: 3, start: 0.5 });
  }

  estimate(film: ExportShape): ExportCost {
    const rates = this.#written[film.preset];
    const [writing, bytes] = [rates.seconds.estimate(written(film)), rates.bytes.estimate(written(film))];
    const size = { bytes: Math.round(bytes.amount), bytesBasis: bytes.basis };
    const pixels = between(film);
    if (pixels === 0) return { seconds: writing.amount, basis: writing.basis, ...size };
    const drawing = this.#between.estimate(pixels);
    // Drawing takes nearly all of it.
    return { seconds: writing.amount + drawing.amount, basis: drawing.basis, ...size };
  }

  /** Learns from an export that came to its end. */
  record(film: ExportShape, { seconds, bytes }: { readonly seconds: number; readonly bytes: number }): void {
    const pixels = between(film);
    if (written(film) === 0) return;
    const rates = this.#written[film.preset];
    rates.bytes.record(written(film), bytes);
    if (pixels === 0) rates.seconds.record(written(film), seconds);
    // What the writing of it took is not known apart: it is taken for what it usually takes.
    else this.#between.record(pixels, Math.max(0, seconds - rates.seconds.estimate(written(film)).amount));
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
