/**
 * A running job in words: stage, step, pace, time left.
 */
import type { RunProgress } from '@contracts/engine';
import type { JobView } from '@contracts/job';
import type { ExportProgress } from '../../state/jobs.svelte';
import { decimal, formatSeconds } from '../../ui/format';
import { strings } from './strings';

export interface ProgressLine {
  readonly stage: string;
  /** Most wanted first: a narrow bar cuts the end off. */
  readonly facts: readonly string[];
  /** 0 … 1; null while nothing is known. */
  readonly fraction: number | null;
}

export function progressLine(job: JobView, run: RunProgress | null, file: ExportProgress | null): ProgressLine {
  if (job.kind !== 'generate') {
    const stage = job.kind === 'export' ? strings.exporting : strings.importing;
    if (file === null) return { stage, facts: [], fraction: null };
    const left = file.framesPerSecond > 0 ? (file.total - file.done) / file.framesPerSecond : null;
    return {
      stage,
      facts: [
        ...(left === null ? [] : [strings.left(formatSeconds(left))]),
        strings.framesDone(file.done, file.total),
        ...(file.framesPerSecond > 0 ? [strings.framesPerSecond(file.framesPerSecond)] : []),
      ],
      fraction: file.total === 0 ? null : file.done / file.total,
    };
  }
  if (run === null) return { stage: strings.starting, facts: [], fraction: null };
  return {
    stage: strings.stages[run.stage],
    facts: [
      ...(run.remainingMs === null ? [] : [strings.left(formatSeconds(run.remainingMs / 1000))]),
      ...(run.stage === 'denoising' ? [strings.step(run.step, run.steps)] : []),
      ...(run.windows > 1 ? [strings.window(run.window + 1, run.windows)] : []),
      ...(run.stepMs === null ? [] : [strings.perStep(formatStep(run.stepMs))]),
    ],
    fraction: run.fraction,
  };
}

/** Steps are often far below a second, and then two decimals tell more. */
function formatStep(stepMs: number): string {
  return stepMs < 1_000 ? `${decimal(stepMs / 1_000, 2)} s` : formatSeconds(stepMs / 1_000);
}
