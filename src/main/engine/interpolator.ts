/**
 * The frame between two frames: RIFE (HDv3, 3.9) over ONNX Runtime, on the processor.
 * What it cannot do is not asked of it: equal frames stay equal, and between two shots stands the nearer of the two frames.
 * @see Huang et al. 2022, arXiv:2011.06294; resources/interpolator/README.md for the graph's contract
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { dirname } from 'node:path';
import { AppError, assert } from '@core/errors';
import { CUT, disagreement } from '@core/interpolation/disagreement';
import { planesOf, rgbOf, type Planes } from '@core/interpolation/planes';
import { errnoOf } from '../platform/fs-atomic';
import { OnnxSession, float32Tensor } from './onnx-session';
import { missingFile } from './package-files';

const SHA256 = '7498ae7c40129634712e5b4cc526a6f22eded939895cfd579bd4a6444147eb67';

export interface InterpolatorOptions {
  readonly threads: number;
}

export class Interpolator {
  readonly #session: OnnxSession;
  /** The newest two: a pair is asked for several moments, and its second frame is the first of the next pair. */
  #recent: readonly { readonly rgb: Uint8Array; readonly planes: Planes }[] = [];

  private constructor(session: OnnxSession) {
    this.#session = session;
  }

  /** @throws AppError model/missing-file, model/wrong-hash, engine/load-failed */
  static async open(path: string, { threads }: InterpolatorOptions): Promise<Interpolator> {
    await assertUnchanged(path);
    const session = await OnnxSession.open(path, { threads, provider: 'cpu' });
    session.assertInputs({ frame0: 'float32', frame1: 'float32', timestep: 'float32' });
    return new Interpolator(session);
  }

  /**
   * @param first  bytes [height, width, 3], as is `second`
   * @param time   of the wanted frame, 0 … 1 exclusive
   * @returns a picture of its own, or `first` or `second` itself
   */
  async between(
    first: Uint8Array,
    second: Uint8Array,
    { width, height, time }: { readonly width: number; readonly height: number; readonly time: number },
  ): Promise<Uint8Array> {
    if (first === second || Buffer.compare(first, second) === 0) return first;
    const [a, b] = [this.#planes(first, width, height), this.#planes(second, width, height)];
    const feeds = {
      frame0: pictureTensor(a),
      frame1: pictureTensor(b),
      timestep: float32Tensor(Float32Array.of(time), [1]),
    };
    const [frame, flow] = await this.#session.runAll(feeds, ['frame', 'flow']);
    assert(frame && flow, 'two outputs were asked for');
    if (disagreement(a, b, flow.data) > CUT) return time < 0.5 ? first : second;
    return rgbOf({ ...a, data: frame.data }, width, height);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #planes(rgb: Uint8Array, width: number, height: number): Planes {
    const known = this.#recent.find((entry) => entry.rgb === rgb);
    const entry = known ?? { rgb, planes: planesOf(rgb, width, height) };
    this.#recent = [entry, ...this.#recent.filter((other) => other !== entry)].slice(0, 2);
    return entry.planes;
  }
}

function pictureTensor({ data, width, height }: Planes): ReturnType<typeof float32Tensor> {
  return float32Tensor(data, [1, 3, height, width]);
}

/** The graph comes with the studio: a file that was cut short or exchanged is named instead of run. */
async function assertUnchanged(path: string): Promise<void> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw missingFile(dirname(dirname(path)), 'interpolator/model.onnx', error);
    throw error;
  }
  const found = hash.digest('hex');
  if (found !== SHA256)
    throw new AppError('model/wrong-hash', 'The model that draws frames in between is damaged.', {
      field: path,
      value: found,
      remedy: 'Install Onionskin again.',
    });
}
