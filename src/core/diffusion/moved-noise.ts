/**
 * How Text2Video-Zero makes the noise of a moving film from that of one frame: each later frame is the first one, moved
 * along a straight line, and taken back to a noisier step.
 * @see diffusers pipelines/deprecated/text_to_video_synthesis/pipeline_text_to_video_zero.py; arXiv:2303.13439, 3.3.1
 */
import { betasOf, readBetaConfig } from './schedulers/noise-schedule';
import { SchedulerConfigReader, type RawConfig } from './schedulers/scheduler-config';

/** The pipeline measures a move on a field of this many cells, whatever the size of the film. */
const FIELD = 512;

/**
 * The picture with each cell taken from `dx`, `dy` further on (of 512 across and down): the nearest cell, mirrored at the
 * edges, as grid_sample does it.
 * @param picture float32 [C, height, width]
 */
export function movedPicture(
  picture: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
  { dx, dy }: { readonly dx: number; readonly dy: number },
): Float32Array {
  const columns = Array.from({ length: width }, (_, x) => mirrored(x + ((dx - 0.5) * width) / FIELD, width));
  const rows = Array.from({ length: height }, (_, y) => mirrored(y + ((dy - 0.5) * height) / FIELD, height));
  const plane = height * width;
  return Float32Array.from(picture, (_, i) => {
    const at = i % plane;
    const [row, column] = [rows[Math.floor(at / width)] ?? 0, columns[at % width] ?? 0];
    return picture[i - at + row * width + column] ?? 0;
  });
}

/** Reflected at the outer edges of the first and the last cell. */
function mirrored(place: number, length: number): number {
  const distance = Math.abs(place + 0.5);
  const rest = distance % length;
  const isForward = Math.floor(distance / length) % 2 === 0;
  const reflected = (isForward ? rest : length - rest) - 0.5;
  return Math.round(Math.min(length - 1, Math.max(0, reflected)));
}

/** The product of the training's α over [from, to): what is left of a sample's variance on the way between timesteps. */
export function alphaProduct(scheduler: { class: string; config: RawConfig }, from: number, to: number): number {
  const reader = new SchedulerConfigReader(scheduler.config, 'DDIMScheduler');
  const betas = betasOf(readBetaConfig(reader, { start: 0.0001, end: 0.02, schedule: 'linear' }));
  return betas.slice(from, to).reduce((product, beta) => Math.fround(product * Math.fround(1 - beta)), 1);
}

/** √p · x + √(1 − p) · noise, in float32. */
export function noisier(sample: Float32Array, noise: Float32Array, product: number): Float32Array {
  const kept = Math.fround(Math.sqrt(product));
  const added = Math.fround(Math.sqrt(Math.fround(1 - product)));
  return sample.map((value, i) => Math.fround(kept * value) + Math.fround(added * (noise[i] ?? 0)));
}
