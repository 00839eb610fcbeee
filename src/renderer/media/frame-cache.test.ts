import { expect, test } from 'vitest';
import { FrameCache, type FrameCacheParts } from './frame-cache';
import type { RgbImage } from './decode-rgb';

/** A cache whose loads finish when the test says so. One frame is 12 bytes of pixels, one thumbnail 4. */
function aCache(options: Partial<FrameCacheParts> = {}) {
  const asked: string[] = [];
  const arrived: string[] = [];
  const gates = new Map<string, { finish: () => void; break: (message: string) => void }>();
  const cache = new FrameCache({
    fetchBytes: (hash) => {
      asked.push(hash);
      return new Promise<ArrayBuffer>((resolve, reject) => {
        gates.set(hash, { finish: () => resolve(new ArrayBuffer(1)), break: (message) => reject(new Error(message)) });
      });
    },
    decoder: {
      decode: () => Promise.resolve<RgbImage>({ width: 2, height: 2, rgb: new Uint8Array(12) }),
      close: () => undefined,
    },
    makeThumbnail: () =>
      Promise.resolve({ image: {} as CanvasImageSource /* never drawn here */, width: 1, height: 1 }),
    rgbBudgetBytes: 1_000,
    thumbnailBudgetBytes: 1_000,
    maxLoads: 2,
    ...options,
  });
  const waiters = new Map<string, () => void>();
  cache.onLoaded((hash) => {
    arrived.push(hash);
    waiters.get(hash)?.();
  });
  const settled = (hash: string) => new Promise<void>((resolve) => waiters.set(hash, resolve));
  const finish = async (hash: string) => {
    const done = settled(hash);
    gates.get(hash)?.finish();
    await done;
  };
  const fail = async (hash: string, message: string) => {
    const done = settled(hash);
    gates.get(hash)?.break(message);
    await done;
  };
  return { cache, asked, arrived, finish, fail };
}

test('the viewer is served before read-ahead, read-ahead before thumbnails', async () => {
  const { cache, asked, finish } = aCache({ maxLoads: 1 });
  cache.want('thumbnails', ['t']);
  cache.want('ahead', ['a']);
  cache.want('viewer', ['v']);
  await finish('t');
  await finish('v');
  expect(asked).toEqual(['t', 'v', 'a']);
});

test('one load serves everyone who asked for the frame', async () => {
  const { cache, asked, finish } = aCache();
  cache.want('viewer', ['x']);
  cache.want('ahead', ['x', 'x']);
  cache.want('thumbnails', ['x']);
  await finish('x');
  expect({ asked, rgb: cache.rgbOf('x')?.width, thumbnail: cache.thumbnailOf('x')?.width }).toEqual({
    asked: ['x'],
    rgb: 2,
    thumbnail: 1,
  });
});

test('what is no longer wanted is never loaded', async () => {
  const { cache, asked, finish } = aCache({ maxLoads: 1 });
  cache.want('ahead', ['a', 'b', 'c']);
  cache.want('ahead', ['z']);
  await finish('a');
  expect(asked).toEqual(['a', 'z']);
});

test('never more loads at once than allowed', () => {
  const { cache, asked } = aCache({ maxLoads: 2 });
  cache.want('ahead', ['a', 'b', 'c', 'd']);
  expect(asked).toEqual(['a', 'b']);
});

test('a frame that cannot be loaded says why, is not asked for again, and can be forgiven', async () => {
  const { cache, asked, arrived, fail } = aCache();
  cache.want('viewer', ['x']);
  await fail('x', 'not in the library');
  cache.want('viewer', ['x']);
  expect({ why: cache.failureOf('x'), arrived, asked: asked.length }).toEqual({
    why: 'not in the library',
    arrived: ['x'],
    asked: 1,
  });
  cache.forgetFailures();
  expect(asked.length).toBe(2);
});

test('a list larger than its budget is loaded once, not for ever', async () => {
  const { cache, asked, finish } = aCache({ rgbBudgetBytes: 24, maxLoads: 1 });
  cache.want('viewer', ['a', 'b', 'c']);
  await finish('a');
  await finish('b');
  await finish('c');
  cache.want('viewer', ['a', 'b', 'c']);
  expect({
    asked,
    kept: ['a', 'b', 'c'].map((hash) => cache.rgbOf(hash) !== null),
  }).toEqual({ asked: ['a', 'b', 'c'], kept: [false, true, true] });
});
