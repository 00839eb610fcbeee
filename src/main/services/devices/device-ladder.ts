/**
 * Which execution provider runs are made on. Going down the ladder, each is tried in a process of its own, because a driver
 * that does not fit may end the process; the first that gives the right numbers is taken, unless the processor is faster
 * (a software renderer passes for a graphics card). What was found is kept while the app runs, with the reason of every
 * refusal. A choice of the artist's is followed or refused, never replaced.
 */
import { AppError } from '@core/errors';
import { DeviceChoice, type DeviceReport, type DeviceView } from '@contracts/device';
import type { Recipe } from '@contracts/recipe';
import type { ProbeDevice } from '../doctor/provider-probe';

type Provider = Recipe['provider'];

export const LADDER: readonly Provider[] = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'];

/** Providers that a system cannot have: no process is started to find that out. */
const systems: Readonly<Partial<Record<Provider, readonly NodeJS.Platform[]>>> = {
  cuda: ['linux', 'win32'],
  dml: ['win32'],
  coreml: ['darwin'],
};

export interface DeviceLadderOptions {
  readonly probe: ProbeDevice;
  /** What stands in the way before anything is tried: missing libraries. null = nothing. */
  readonly obstacle: (provider: Provider) => string | null;
  readonly platform: NodeJS.Platform;
  /** The artist's choice, as it was stored. */
  readonly stored: () => unknown;
}

export interface ChosenDevice {
  readonly provider: Provider;
  readonly why: string;
}

export class DeviceLadder {
  readonly #options: DeviceLadderOptions;
  readonly #seen = new Map<Provider, Promise<DeviceView>>();

  constructor(options: DeviceLadderOptions) {
    this.#options = options;
  }

  get choice(): DeviceChoice {
    const parsed = DeviceChoice.safeParse(this.#options.stored());
    return parsed.success ? parsed.data : 'auto';
  }

  /** @throws AppError device/unavailable when a device is asked for that does not work here */
  async choose(choice: DeviceChoice = this.choice): Promise<ChosenDevice> {
    if (choice !== 'auto') {
      const { reason } = await this.#look(choice);
      if (reason === null) return { provider: choice, why: 'It was chosen.' };
      throw new AppError('device/unavailable', `${choice} does not work here: ${reason}`, {
        field: 'device',
        value: choice,
        remedy: 'Choose “auto”, or another device.',
      });
    }
    for (const provider of LADDER) {
      if (provider === 'cpu') break;
      const view = await this.#look(provider);
      if (view.reason === null && (await this.#isFasterThanCpu(view)))
        return { provider, why: 'The first in order that works and is faster than the processor.' };
    }
    return { provider: 'cpu', why: 'No graphics device works here and is faster.' };
  }

  /** Everything, for the doctor: what is not tried yet is tried. */
  async report(): Promise<DeviceReport> {
    const devices: DeviceView[] = [];
    for (const provider of LADDER) devices.push(await this.#look(provider));
    const choice = this.choice;
    try {
      const { provider, why } = await this.choose(choice);
      return { choice, inUse: provider, why, devices };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { choice, inUse: 'cpu', why: `${error.message}. New runs are refused until another is chosen.`, devices };
    }
  }

  /** For the doctor: null = it works. */
  async reasonOf(provider: string): Promise<string | null> {
    const known = LADDER.find((name) => name === provider);
    return known === undefined ? (await this.#options.probe(provider)).reason : (await this.#look(known)).reason;
  }

  /** Drivers and libraries come and go: what was found is forgotten. */
  lookAgain(): void {
    this.#seen.clear();
  }

  #look(provider: Provider): Promise<DeviceView> {
    let view = this.#seen.get(provider);
    if (view === undefined) {
      view = this.#try(provider);
      this.#seen.set(provider, view);
    }
    return view;
  }

  async #try(provider: Provider): Promise<DeviceView> {
    const { platform, obstacle, probe } = this.#options;
    if (systems[provider]?.includes(platform) === false)
      return { provider, reason: 'not for this system', probeMs: null };
    const inTheWay = obstacle(provider);
    if (inTheWay !== null) return { provider, reason: inTheWay, probeMs: null };
    try {
      const { reason, ms } = await probe(provider);
      return { provider, reason, probeMs: ms };
    } catch (error) {
      return { provider, reason: error instanceof Error ? error.message : String(error), probeMs: null };
    }
  }

  async #isFasterThanCpu({ probeMs }: DeviceView): Promise<boolean> {
    const cpu = await this.#look('cpu');
    return probeMs !== null && (cpu.probeMs === null || probeMs < cpu.probeMs);
  }
}
