import { expect, test } from 'vitest';
import { DeviceLadder, type DeviceLadderOptions } from './device-ladder';

/** What each provider's probe answers; `tried` collects which were asked. */
function aLadder(
  answers: Readonly<Record<string, number | string>>,
  over: Partial<DeviceLadderOptions> = {},
): { ladder: DeviceLadder; tried: string[] } {
  const tried: string[] = [];
  const ladder = new DeviceLadder({
    probe: (provider) => {
      tried.push(provider);
      const answer = answers[provider] ?? 'not part of ONNX Runtime on this platform';
      return Promise.resolve(typeof answer === 'number' ? { reason: null, ms: answer } : { reason: answer, ms: null });
    },
    obstacle: () => null,
    platform: 'linux',
    stored: () => null,
    ...over,
  });
  return { ladder, tried };
}

test('the first that works is taken, and what a system cannot have is not tried', async () => {
  const { ladder, tried } = aLadder({ webgpu: 2, cpu: 20 });
  expect(await ladder.choose()).toMatchObject({ provider: 'webgpu' });
  expect(tried).toEqual(['cuda', 'webgpu', 'cpu']);
  await ladder.choose();
  expect(tried).toHaveLength(3);
  ladder.lookAgain();
  await ladder.choose();
  expect(tried).toHaveLength(6);
});

test('a software renderer that is slower than the processor is passed over', async () => {
  const { ladder } = aLadder({ webgpu: 400, cpu: 20 });
  expect(await ladder.choose()).toMatchObject({ provider: 'cpu' });
});

test('missing libraries are a reason before any process is started', async () => {
  const { ladder, tried } = aLadder(
    { cuda: 1, cpu: 20 },
    { obstacle: (provider) => (provider === 'cuda' ? 'its libraries are not installed' : null) },
  );
  expect(await ladder.choose()).toMatchObject({ provider: 'cpu' });
  expect(tried).not.toContain('cuda');
  const { devices } = await ladder.report();
  expect(devices.find(({ provider }) => provider === 'cuda')?.reason).toBe('its libraries are not installed');
});

test('a choice is followed although it is slow, and refused with its reason when it does not work', async () => {
  const slow = aLadder({ webgpu: 400, cpu: 20 }, { stored: () => 'webgpu' });
  expect(await slow.ladder.choose()).toMatchObject({ provider: 'webgpu' });
  const broken = aLadder({ webgpu: 'no adapter', cpu: 20 }, { stored: () => 'webgpu' });
  await expect(broken.ladder.choose()).rejects.toMatchObject({
    code: 'device/unavailable',
    message: 'webgpu does not work here: no adapter',
    detail: { field: 'device', value: 'webgpu' },
  });
  expect(await broken.ladder.report()).toMatchObject({ choice: 'webgpu', inUse: 'cpu' });
  // One run may be asked for elsewhere than the setting says.
  expect(await broken.ladder.choose('cpu')).toMatchObject({ provider: 'cpu' });
});

test('an unreadable choice is none, and a probe that throws is a reason', async () => {
  const { ladder } = aLadder({}, { stored: () => 42, probe: () => Promise.reject(new Error('cannot start')) });
  expect(ladder.choice).toBe('auto');
  expect(await ladder.choose()).toMatchObject({ provider: 'cpu' });
});
