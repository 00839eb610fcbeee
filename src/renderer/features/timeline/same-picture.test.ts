import { expect, test } from 'vitest';
import type { PaintInput } from './paint-tracks';
import { cutOffTo, isSamePicture } from './same-picture';

const film = {};
const rows: PaintInput['rows'] = [];
const selection = new Set<string>();

function placed(id: string, start: number, job: object | null = null): PaintInput['clips'][number] {
  const view = { clip: { id, start, duration: 10 }, spans: [{ job }] };
  // Of a placed clip only this is looked at.
  return { view, row: {} } as unknown as PaintInput['clips'][number];
}

function input(more: Partial<PaintInput> = {}): PaintInput {
  const scale = { pixelsPerFrame: 10, scrollX: 0 };
  return { height: 100, scale, film, rows, selection, clips: [], grid: [], ghost: null, ...more } as PaintInput;
}

const [a, b, c] = [placed('a', 0), placed('b', 10), placed('c', 20)];

test('a scroll leaves the picture as it was', () => {
  const scrolled = input({ clips: [b, c], scale: { pixelsPerFrame: 10, scrollX: 77 } });
  expect(isSamePicture(input({ clips: [a, b] }), scrolled)).toBe(true);
});

test.each([
  ['another zoom', { scale: { pixelsPerFrame: 11, scrollX: 0 } }],
  ['another film', { film: {} }],
  ['another selection', { selection: new Set<string>() }],
  ['a clip that is another', { clips: [placed('a', 0)] }],
  ['a clip that is being made', { clips: [a, placed('d', 30, {})] }],
  ['lines of a grid', { grid: [{ clipId: 'a', frame: 3 }] }],
  ['something dragged', { ghost: {} as PaintInput['ghost'] }],
] as const)('%s does not', (_, more) => {
  expect(isSamePicture(input({ clips: [a] }), input({ clips: [a], ...more }))).toBe(false);
});

test('clips that begin left of the window are cut off, to where they end in the film', () => {
  const at = (scrollX: number): number => cutOffTo(input({ clips: [a, b], scale: { pixelsPerFrame: 10, scrollX } }));
  expect(at(0)).toBe(-Infinity);
  expect(at(50)).toBe(100);
  expect(at(101)).toBe(200);
});
