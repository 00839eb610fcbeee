import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { clipPicture } from './clip-picture';

/** By models/export/svd_tiny.py: what diffusers makes of the same pictures. */
const rows = z
  .array(z.object({ width: z.int(), height: z.int(), places: z.array(z.int()), values: z.array(z.number()) }))
  .parse(JSON.parse(readFileSync('test/fixtures/svd-tiny/reference/clip.json', 'utf8')));

/** Ramps to the right and down, and rings. */
function picture(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rgb.set([(255 * x) / (width - 1), (255 * y) / (height - 1), (x * x + y * y) % 256], (y * width + x) * 3);
  return rgb;
}

test.each(rows.map((row) => [`${row.width}×${row.height}`, row] as const))('%s, as diffusers', (_, row) => {
  const made = clipPicture(picture(row.width, row.height), row.width, row.height);
  const worst = Math.max(...row.places.map((place, i) => Math.abs((made[place] ?? NaN) - (row.values[i] ?? NaN))));
  expect(worst).toBeLessThan(1e-5);
});
