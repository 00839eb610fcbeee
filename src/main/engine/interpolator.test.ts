import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { psnr } from '@core/quality/seam';
import { decodePng } from '../platform/png';
import { Interpolator } from './interpolator';

const GRAPH = resolve('resources/interpolator/model.onnx');

let interpolator: Interpolator;
beforeAll(async () => {
  interpolator = await Interpolator.open(GRAPH, { threads: 1 });
});
afterAll(() => interpolator.close());

async function fixture(name: string): Promise<{ rgb: Uint8Array; width: number; height: number }> {
  return decodePng(await readFile(resolve('test/fixtures/interpolator', `${name}.png`)));
}

/** A lit disc on a gradient, its centre at x. */
function disc(x: number, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const distance = Math.hypot(column - x, row - height / 2);
      const share = Math.min(1, Math.max(0, (14 - distance) / 2));
      const at = (row * width + column) * 3;
      rgb[at] = 40 + column * 0.5 + share * 120;
      rgb[at + 1] = 60 + row * 0.5 + share * 20;
      rgb[at + 2] = 150 - share * 100;
    }
  return rgb;
}

describe('the frame between two', () => {
  test('is the one that the network’s own torch code draws', async () => {
    const [first, second, wanted] = [await fixture('frame0'), await fixture('frame1'), await fixture('frame')];
    const made = await interpolator.between(first.rgb, second.rgb, { ...first, time: 0.5 });
    // The reference was drawn from floats, this from bytes.
    expect(psnr(made, wanted.rgb)).toBeGreaterThan(45);
  });

  test('has what moves half-way, also at a size that is no multiple of 32', async () => {
    const [width, height] = [150, 100];
    const made = await interpolator.between(disc(60, width, height), disc(72, width, height), {
      ...{ width, height },
      time: 0.5,
    });
    expect(made.length).toBe(width * height * 3);
    const half = psnr(made, disc(66, width, height));
    expect(half).toBeGreaterThan(35);
    expect(half).toBeGreaterThan(psnr(made, disc(60, width, height)) + 8);
  });

  test('of two equal ones is the same', async () => {
    const still = disc(40, 96, 64);
    expect(await interpolator.between(still, still.slice(), { width: 96, height: 64, time: 0.5 })).toBe(still);
  });

  test('at a cut is the nearer of the two, not a morph', async () => {
    const [width, height] = [96, 64];
    const first = disc(20, width, height);
    const second = Uint8Array.from({ length: first.length }, (_, i) => (Math.floor(i / 3 / 8) % 2 === 0 ? 250 : 5));
    const at = (time: number) => interpolator.between(first, second, { width, height, time });
    expect([await at(1 / 3), await at(2 / 3)]).toEqual([first, second]);
  });
});

describe('a file that is not the one that came along', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'onionskin-interpolator-'));
    await mkdir(join(dir, 'interpolator'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test('is named', async () => {
    const path = join(dir, 'interpolator', 'model.onnx');
    await expect(Interpolator.open(path, { threads: 1 })).rejects.toMatchObject({ code: 'model/missing-file' });
    await copyFile(GRAPH, path);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    await expect(Interpolator.open(path, { threads: 1 })).rejects.toMatchObject({
      code: 'model/wrong-hash',
      detail: { field: path },
    });
  });
});
