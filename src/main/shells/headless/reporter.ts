/**
 * What a command says while it works: one JSON line per event (--json), one line that redraws itself (a terminal), or
 * nothing but the result (a pipe). Results go to stdout; notes and progress go to stderr.
 */
import type { RunProgress } from '@contracts/engine';
import type { Estimate } from '@contracts/job';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Reporter {
  readonly isJson: boolean;
  /** Something the person should know before the result. */
  note(text: string): void;
  /** A line of the result; nothing in JSON, where the last event carries it. */
  line(text: string): void;
  /** What a run will cost, before it starts. */
  estimate(cost: Estimate): void;
  generating(progress: RunProgress): void;
  exporting(progress: { readonly done: number; readonly total: number; readonly framesPerSecond: number }): void;
  /** An event of its own, only in JSON. */
  event(event: string, payload: Readonly<Record<string, unknown>>): void;
  /** Clears the redrawn line; to be called before anything else is written to the terminal. */
  clear(): void;
}

export function createReporter(options: {
  readonly json: boolean;
  readonly stdout: Output;
  readonly stderr: Output;
}): Reporter {
  return options.json ? new JsonReporter(options.stdout) : new TextReporter(options.stdout, options.stderr);
}

class JsonReporter implements Reporter {
  readonly isJson = true;
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  event(event: string, payload: Readonly<Record<string, unknown>>): void {
    this.#out.write(`${JSON.stringify({ event, ...payload })}\n`);
  }

  note(text: string): void {
    this.event('note', { text });
  }

  estimate(cost: Estimate): void {
    this.event('estimate', { ...cost });
  }

  generating(progress: RunProgress): void {
    this.event('progress', progress);
  }

  exporting(progress: { readonly done: number; readonly total: number; readonly framesPerSecond: number }): void {
    this.event('export-progress', progress);
  }

  line(): void {}
  clear(): void {}
}

const ERASE_LINE = '\r\u001b[2K';

class TextReporter implements Reporter {
  readonly isJson = false;
  readonly #out: Output;
  readonly #err: Output;
  #isLineShown = false;

  constructor(out: Output, err: Output) {
    this.#out = out;
    this.#err = err;
  }

  event(): void {}

  note(text: string): void {
    this.clear();
    this.#err.write(`note: ${text}\n`);
  }

  line(text: string): void {
    this.clear();
    this.#out.write(`${text}\n`);
  }

  estimate({ seconds, secondsLow, secondsHigh, memoryBytes, basis }: Estimate): void {
    // For the one who waits at the terminal, not for a log.
    if (this.#err.isTTY !== true) return;
    const range = `${formatSeconds(secondsLow)} to ${formatSeconds(secondsHigh)}`;
    const guess = basis === 'typical' ? ', not yet run here' : '';
    this.note(`about ${formatSeconds(seconds)} (${range}${guess}), ${Math.ceil(memoryBytes / 1e6)} MB of memory`);
  }

  generating(progress: RunProgress): void {
    this.#redraw(progress.fraction, describeRun(progress));
  }

  exporting({ done, total, framesPerSecond }: { done: number; total: number; framesPerSecond: number }): void {
    const rate = framesPerSecond > 0 ? ` · ${framesPerSecond.toFixed(0)} frames/s` : '';
    this.#redraw(total === 0 ? 0 : done / total, `writing frame ${done}/${total}${rate}`);
  }

  clear(): void {
    if (this.#isLineShown) this.#err.write(ERASE_LINE);
    this.#isLineShown = false;
  }

  #redraw(fraction: number, text: string): void {
    if (this.#err.isTTY !== true) return;
    this.#isLineShown = true;
    // A line as wide as the terminal would wrap, and then could not be erased.
    this.#err.write(ERASE_LINE + `${bar(fraction)} ${text}`.slice(0, (this.#err.columns ?? 80) - 1));
  }
}

const BAR_WIDTH = 24;

function bar(fraction: number): string {
  const full = Math.round(Math.min(Math.max(fraction, 0), 1) * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${String(Math.floor(fraction * 100)).padStart(3)} %`;
}

/** `step 7/24 · window 1/2 · 0.15 s/step · 4 s left` */
export function describeRun(progress: RunProgress): string {
  const parts = [
    progress.stage === 'denoising' ? `step ${progress.step}/${progress.steps}` : progress.stage.replace('-', ' '),
  ];
  if (progress.windows > 1) parts.push(`window ${progress.window + 1}/${progress.windows}`);
  if (progress.stepMs !== null) parts.push(`${(progress.stepMs / 1000).toFixed(2)} s/step`);
  if (progress.remainingMs !== null) parts.push(`${formatSeconds(progress.remainingMs / 1000)} left`);
  return parts.join(' · ');
}

export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${seconds.toFixed(0)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}
