/**
 * Where runs are computed: the execution providers of ONNX Runtime, in the order in which they are preferred, what was
 * found of each on this machine, and what the artist has chosen.
 */
import { z } from 'zod';
import { Provider } from './recipe';

/** auto = the first that works and is not slower than the processor. */
export const DeviceChoice = z.union([z.literal('auto'), Provider]);
export type DeviceChoice = z.infer<typeof DeviceChoice>;

export const DeviceView = z.object({
  provider: Provider,
  /** null = it gave the right numbers; otherwise why it is not used. */
  reason: z.string().nullable(),
  /** Milliseconds of the probe's product of two matrices; null = not measured. */
  probeMs: z.number().nullable(),
});
export type DeviceView = z.infer<typeof DeviceView>;

export const DeviceReport = z.object({
  choice: DeviceChoice,
  /** What runs are computed on now. */
  inUse: Provider,
  /** Why, in a sentence. */
  why: z.string(),
  devices: z.array(DeviceView),
});
export type DeviceReport = z.infer<typeof DeviceReport>;

/** The libraries that CUDA needs and that are too large for the npm package. */
export const CudaLibraries = z.object({
  /** unsupported: CUDA is not for this system. */
  state: z.enum(['unsupported', 'installed', 'missing']),
  missing: z.array(z.string()),
  /** What would be fetched, from where. Empty unless they are missing. */
  source: z.string(),
  /** Bytes to fetch; null = the address cannot be reached, `problem` says why. */
  bytes: z.number().nullable(),
  problem: z.string().nullable(),
});
export type CudaLibraries = z.infer<typeof CudaLibraries>;
