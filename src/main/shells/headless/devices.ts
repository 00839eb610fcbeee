/**
 * `onionskin devices`: where runs can be computed and why not elsewhere; choosing; and fetching CUDA's libraries, whose
 * size is said before anything is fetched.
 */
import { AppError, invalidInput } from '@core/errors';
import { DeviceChoice } from '@contracts/device';
import type { CommandContext } from './context';

/** @throws AppError input/invalid */
export function parseDevice(text: string | undefined, option = '--device'): DeviceChoice | undefined {
  if (text === undefined) return undefined;
  const parsed = DeviceChoice.safeParse(text);
  if (!parsed.success)
    throw invalidInput(option, text, 'is not a device', 'try auto, cpu, webgpu, cuda, dml or coreml');
  return parsed.data;
}

export async function listDevices({ studio, reporter }: CommandContext): Promise<void> {
  const report = await studio.devices.report();
  for (const { provider, reason, probeMs } of report.devices) {
    const found = reason ?? (probeMs === null ? 'works' : `works, ${probeMs.toFixed(1)} ms for the probe`);
    reporter.line(`${provider === report.inUse ? '→' : ' '} ${provider.padEnd(7)} ${found}`);
  }
  reporter.line(`set to ${report.choice}. ${report.why}`);
  reporter.event('done', { ...report });
}

export async function useDevice({ studio, reporter }: CommandContext, name: string): Promise<void> {
  const choice = parseDevice(name, 'DEVICE') ?? 'auto';
  await studio.devices.choose(choice);
  reporter.line(`new runs are made on ${choice}`);
  reporter.event('done', { choice });
}

/** Without --yes it only says what would be fetched. */
export async function fetchCudaLibraries(
  { studio, reporter, signal }: CommandContext,
  { yes }: { readonly yes?: boolean },
): Promise<void> {
  const found = await studio.devices.cuda();
  reporter.event('cuda', { ...found });
  if (found.state === 'unsupported')
    throw new AppError('device/unavailable', 'CUDA’s libraries are not for this system', {
      field: 'cuda',
      value: `${process.platform} ${process.arch}`,
      remedy: 'Use another device: onionskin devices list',
    });
  if (found.state === 'installed') return reporter.line('CUDA’s libraries are installed.');
  const size = found.bytes === null ? `size unknown: ${found.problem ?? ''}` : `${Math.ceil(found.bytes / 1e6)} MB`;
  reporter.line(`missing: ${found.missing.join(', ')}`);
  reporter.line(`from ${found.source} (${size})`);
  if (yes !== true) return reporter.line('nothing was fetched; add --yes to fetch it');
  await studio.devices.fetchCuda(signal);
  reporter.line('CUDA’s libraries are installed.');
  reporter.event('done', { ...(await studio.devices.cuda()) });
}
