import { describe, expect, test } from 'vitest';
import { guidedFromPair } from './guidance';
import { denormaliseLatents, normaliseLatents, packLatents, unpackLatents, videoCoordinates } from './latent-geometry';
import { previewRgb } from './preview-rgb';
import { TorchGenerator } from './torch-generator';

describe('latent geometry', () => {
  test('packing turns channels-first volumes into channel-last tokens, and unpacking turns them back', () => {
    const volume = Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40); // [C=2, F·h·w=4]
    expect(packLatents(volume, 2)).toEqual(Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40));
    expect(unpackLatents(packLatents(volume, 2), 2)).toEqual(volume);
  });

  test('coordinates run over frames, rows and columns, in seconds and pixels', () => {
    const size = { frames: 2, height: 1, width: 2 };
    expect(videoCoordinates(size, { frameIndex: 8, framesPerSecond: 8, spatialRatio: 32, temporalRatio: 1 })).toEqual(
      Float32Array.of(1, 1, 1.125, 1.125, 0, 0, 0, 0, 0, 32, 0, 32),
    );
  });

  test('with temporal compression the first latent frame stands for one frame and the next for eight', () => {
    const seconds = videoCoordinates(
      { frames: 3, height: 1, width: 1 },
      { frameIndex: 0, framesPerSecond: 24, spatialRatio: 32, temporalRatio: 8 },
    ).slice(0, 3);
    expect(seconds).toEqual(Float32Array.of(0, 1 / 24, 9 / 24));
  });

  test('normalising and denormalising undo each other per channel', () => {
    const statistics = { mean: Float32Array.of(0.5, -2), std: Float32Array.of(2, 0.25), scalingFactor: 1 };
    const volume = Float32Array.of(0.5, 2.5, -2, -1.75);
    const changed = volume.slice();
    normaliseLatents(changed, statistics);
    expect(changed).toEqual(Float32Array.of(0, 1, 0, 1));
    denormaliseLatents(changed, statistics);
    expect(changed).toEqual(volume);
  });

  test('guidance 1 is the conditional prediction, 0 the unconditional, 3 beyond', () => {
    const pair = Float32Array.of(1, -1, 2, 0.5);
    const guided = (scale: number): number[] => {
      const out = new Float32Array(2);
      guidedFromPair(pair, scale, out);
      return Array.from(out);
    };
    expect([guided(0), guided(1), guided(3)]).toEqual([
      [1, -1],
      [2, 0.5],
      [4, 3.5],
    ]);
  });

  test('a preview puts each cell of a token where it belongs and clips at black and white', () => {
    // Two channels: the first drives red of the upper-left cell, the second blue of the lower-right cell.
    const weight = new Float32Array(2 * 12);
    weight[0] = 1;
    weight[12 + 8 + 3] = 1;
    const rgb = previewRgb(
      Float32Array.of(5, 0, 0, 0, 0, 0, 0, -5), // frame 0: two tokens; frame 1: two tokens
      { frames: 2, height: 1, width: 2 },
      { channels: 2, cells: 2, weight, bias: new Float32Array(12) },
    );
    const grey = [128, 128, 128];
    expect(Array.from(rgb)).toEqual([
      ...[255, 128, 128],
      ...grey,
      ...grey,
      ...grey, // frame 0, upper row
      ...grey,
      ...grey,
      ...grey,
      ...grey,
      ...grey,
      ...grey,
      ...grey,
      ...grey, // frame 1, upper row
      ...grey,
      ...grey,
      ...grey,
      ...[128, 128, 0],
    ]);
  });

  test('packed noise has the order torch gives it', () => {
    const noise = new TorchGenerator(1).randn(64 * 9 * 16);
    expect(packLatents(noise, 64)[1]).toBe(noise[9 * 16]);
  });
});
