/**
 * The compositor at 720p: what one viewer frame costs. 24 fps leaves 41.7 ms for decoding and drawing.
 */
import { compositeFrame } from '@core/compositor/composite';
import { summary, timesMs } from './statistics';

const width = 1280;
const height = 720;

function picture(w: number, h: number, seed: number): { width: number; height: number; rgb: Uint8Array } {
  const rgb = new Uint8Array(w * h * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = (i * 31 + seed * 97) & 255;
  return { width: w, height: h, rgb };
}

export function benchCompositor(): Promise<unknown> {
  const out = new Uint8ClampedArray(width * height * 4);
  const full = picture(width, height, 1);
  const other = picture(width, height, 2);
  const small = picture(128, 128, 3);
  const runs = { runs: 60, warmUp: 10 };
  return Promise.resolve({
    size: `${width}x${height}`,
    copy: summary(timesMs(() => void compositeFrame([{ pixels: full, opacity256: 256 }], width, height, out), runs)),
    dissolve: summary(
      timesMs(
        () =>
          void compositeFrame(
            [
              { pixels: full, opacity256: 256 },
              { pixels: other, opacity256: 100 },
            ],
            width,
            height,
            out,
          ),
        runs,
      ),
    ),
    scaledFrom128: summary(
      timesMs(() => void compositeFrame([{ pixels: small, opacity256: 256 }], width, height, out), runs),
    ),
  });
}
