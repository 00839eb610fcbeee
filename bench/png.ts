/**
 * Writing and reading frames: JavaScript's deflate is the price of names that are equal on every machine (ADR 0006).
 */
import { decodePng, encodeRgbPng } from '@main/platform/png';
import { summary, timesMs } from './statistics';

function scene(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const disc = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2;
      rgb.set(
        disc ? [220, 40 + (x & 7), 30] : [(x * 200) / width, (y * 180) / height, 140 + ((x ^ y) & 3)],
        (y * width + x) * 3,
      );
    }
  return rgb;
}

export function benchPng(): Promise<unknown> {
  const figures = [
    [128, 128],
    [1280, 720],
  ].map(([width = 0, height = 0]) => {
    const rgb = scene(width, height);
    const png = encodeRgbPng(rgb, width, height);
    return {
      size: `${width}x${height}`,
      bytes: png.length,
      encode: summary(timesMs(() => void encodeRgbPng(rgb, width, height), { runs: 20, warmUp: 5 })),
      decode: summary(timesMs(() => void decodePng(png), { runs: 20, warmUp: 5 })),
    };
  });
  return Promise.resolve(figures);
}
