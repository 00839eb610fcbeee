/** The memory that a process holds now. */
import { readFileSync } from 'node:fs';

/** Linux only; NaN elsewhere. */
export function residentMiB(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return NaN;
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}
