/**
 * Asks a child process whether an execution provider works here, and takes its silence, its crash or its delay for a no.
 */
import { z } from 'zod';
import type { ExporterProcess } from '../export/exporter';
import type { ProbeProvider } from './doctor';

const Answer = z.object({ reason: z.string().nullable(), ms: z.number().nullable() });

/** reason: null = it works; ms: how long it took for a product of two matrices. */
export type ProbeDevice = (provider: string) => Promise<z.infer<typeof Answer>>;

export interface ProviderProbeOptions {
  /** Starts out/main/probe.js. */
  readonly spawn: () => ExporterProcess;
  readonly timeoutMs?: number;
}

/** For the doctor, which wants a yes or a reason. */
export function createProviderProbe(options: ProviderProbeOptions): ProbeProvider {
  const probe = createDeviceProbe(options);
  return async (provider) => (await probe(provider)).reason;
}

export function createDeviceProbe({ spawn, timeoutMs = 20_000 }: ProviderProbeOptions): ProbeDevice {
  return (provider) =>
    new Promise((resolve) => {
      const child = spawn();
      let told: z.infer<typeof Answer> | null = null;
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        child.kill();
      }, timeoutMs);
      child.onMessage((message) => {
        const answer = Answer.safeParse(message);
        if (!answer.success) return;
        child.kill();
        const { reason, ms } = answer.data;
        told = { reason: reason === null ? null : sayShort(reason), ms };
      });
      child.onExit(({ code, signal }) => {
        clearTimeout(timer);
        const reason = isLate
          ? `no answer within ${timeoutMs / 1000} s`
          : `ends the process that tries it (${signal ?? `exit ${code}`})`;
        resolve(told ?? { reason, ms: null });
      });
      child.postMessage(provider);
    });
}

/** ONNX Runtime puts the source file, the function and the failed condition before the sentence that explains it. */
function sayShort(reason: string): string {
  return reason.replace(/^\/\S+?:\d+ .*? (?:was false|failed)\. /s, '').trim();
}
