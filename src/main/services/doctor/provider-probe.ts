/**
 * Asks a child process whether an execution provider works here, and takes its silence, its crash or its delay for a no.
 */
import { z } from 'zod';
import type { ExporterProcess } from '../export/exporter';
import type { ProbeProvider } from './doctor';

const Answer = z.object({ reason: z.string().nullable() });

export interface ProviderProbeOptions {
  /** Starts out/main/probe.js. */
  readonly spawn: () => ExporterProcess;
  readonly timeoutMs?: number;
}

export function createProviderProbe({ spawn, timeoutMs = 20_000 }: ProviderProbeOptions): ProbeProvider {
  return (provider) =>
    new Promise((resolve) => {
      const child = spawn();
      let reason: string | null = null;
      let hasAnswered = false;
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        child.kill();
      }, timeoutMs);
      child.onMessage((message) => {
        const answer = Answer.safeParse(message);
        if (!answer.success) return;
        child.kill();
        hasAnswered = true;
        reason = answer.data.reason === null ? null : sayShort(answer.data.reason);
      });
      child.onExit(({ code, signal }) => {
        clearTimeout(timer);
        if (hasAnswered) resolve(reason);
        else if (isLate) resolve(`no answer within ${timeoutMs / 1000} s`);
        else resolve(`ends the process that tries it (${signal ?? `exit ${code}`})`);
      });
      child.postMessage(provider);
    });
}

/** ONNX Runtime puts the source file, the function and the failed condition before the sentence that explains it. */
function sayShort(reason: string): string {
  return reason.replace(/^\/\S+?:\d+ .*? (?:was false|failed)\. /s, '').trim();
}
