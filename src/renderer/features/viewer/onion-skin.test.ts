import { expect, test } from 'vitest';
import { onionLayers } from './onion-skin';

test('the nearest neighbours are the clearest and are drawn last', () => {
  expect(onionLayers(10, { from: 0, to: 20 }, { frames: 2, opacity: 0.4 })).toEqual([
    { frame: 8, opacity: 0.2, side: 'before' },
    { frame: 12, opacity: 0.2, side: 'after' },
    { frame: 9, opacity: 0.4, side: 'before' },
    { frame: 11, opacity: 0.4, side: 'after' },
  ]);
});

test('nothing shows through a cut', () => {
  expect([
    onionLayers(5, { from: 5, to: 6 }, { frames: 3, opacity: 0.4 }),
    onionLayers(5, { from: 4, to: 6 }, { frames: 3, opacity: 0.3 }),
  ]).toEqual([[], [{ frame: 4, opacity: 0.3, side: 'before' }]]);
});
