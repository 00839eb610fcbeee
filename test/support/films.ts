/**
 * Films for tests, made by the ffmpeg that comes with the project: every picture carries its own number, so that a test
 * can say which one it sees after any codec, rate or size.
 */
import { runFfmpeg } from '@main/services/ffmpeg/run-ffmpeg';

/** Levels far enough apart to survive lossy coding and scaling. */
const STEP = 16;
const DIGITS = 16;

export interface TestFilm {
  readonly width?: number;
  readonly height?: number;
  /** As ffmpeg takes it: `25`, `30000/1001`. */
  readonly rate: string;
  readonly frames: number;
  /** Between the picture and the file: filters, codec, container options. */
  readonly args?: readonly string[];
  /** A tone that is silent but for its first quarter of every second. */
  readonly hasSound?: boolean;
}

/** Left half: units, right half: sixteens, as greys. */
export function numberedPicture(n: number, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const digit = i % width < width / 2 ? n % DIGITS : Math.floor(n / DIGITS) % DIGITS;
    rgb.fill(digit * STEP + STEP / 2, i * 3, i * 3 + 3);
  }
  return rgb;
}

/** The number of a picture, read in the middle of its halves. */
export function numberIn(rgb: Uint8Array, width: number, height: number): number {
  const at = (x: number): number => {
    const pixel = (Math.floor(height / 2) * width + Math.floor(width * x)) * 3;
    return Math.floor((rgb[pixel + 1] ?? 0) / STEP);
  };
  return at(0.25) + DIGITS * at(0.75);
}

const LOSSLESS = ['-c:v', 'libx264', '-qp', '0', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p', '-g', '12'];

export async function writeFilm(path: string, film: TestFilm): Promise<void> {
  const { width = 64, height = 32, rate, frames, args = LOSSLESS, hasSound = false } = film;
  async function* pictures(): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < frames; n++) yield await Promise.resolve(numberedPicture(n, width, height));
  }
  const [num = 1, den = 1] = rate.split('/').map(Number);
  const seconds = (frames * den) / num;
  const tone = `aevalsrc=0.5*sin(2*PI*440*t)*lt(mod(t\\,1)\\,0.25):s=48000:d=${seconds}`;
  await runFfmpeg(
    [
      ...['-y', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${width}x${height}`, '-framerate', rate],
      ...['-i', 'pipe:0', ...(hasSound ? ['-f', 'lavfi', '-i', tone, '-c:a', 'aac'] : [])],
      ...args,
      `file:${path}`,
    ],
    { input: pictures() },
  );
}
