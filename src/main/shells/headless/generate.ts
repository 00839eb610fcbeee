/**
 * `onionskin generate`: a prompt, and images if given, to a new take, written to --out.
 */
import { randomUUID } from 'node:crypto';
import { planDirect } from '@core/prompt/plan';
import { parseDevice } from './devices';
import { importClips } from './clips';
import { chooseModel, notePromptLength, type CommandContext } from './context';
import { importImages, type ImageOptions } from './images';
import {
  parseFrames,
  parseGuidance,
  parsePrompt,
  parseRules,
  parseSeed,
  parseSize,
  parseSteps,
  type RuleOptions,
} from './options';
import { formatSeconds } from './reporter';
import { runTake, type FinishedTake } from './run-take';
import { parseCamera, parseWords, withCamera, type WordsAndCameraOptions } from './words-and-camera';
import { parseOut, writeOut } from './write-out';

/** As typed; every value is checked here. */
export interface SamplingOptions extends RuleOptions {
  readonly prompt?: string;
  readonly negative?: string;
  readonly model?: string;
  readonly seed?: string;
  readonly frames?: string;
  readonly size?: string;
  readonly steps?: string;
  readonly guidance?: string;
  readonly device?: string;
  readonly out?: string;
}

export type GenerateOptions = SamplingOptions &
  ImageOptions &
  WordsAndCameraOptions & { readonly clip?: readonly string[] };

export async function generate(context: CommandContext, options: GenerateOptions): Promise<void> {
  const { studio, reporter, signal } = context;
  const manifest = chooseModel(studio, options.model);
  const prompt = parsePrompt(options.prompt, manifest);
  const size = parseSize(options.size, manifest);
  const frameCount = parseFrames(options.frames, manifest);
  const seed = parseSeed(options.seed);
  const steps = parseSteps(options.steps, manifest);
  const guidance = parseGuidance(options.guidance, manifest);
  const rules = parseRules(options, manifest);
  const device = parseDevice(options.device);
  const out = await parseOut(options.out);
  const words = parseWords(prompt, options.then ?? [], { manifest, frameCount });
  const camera = parseCamera(options.camera, manifest);
  for (const text of words.texts) notePromptLength(context, manifest.id, text);
  const images = await importImages(context, options, { manifest, frameCount });
  const clips = await importClips(context, options.clip ?? [], { manifest, frameCount, size });
  const { draft: planned, notes } = planDirect({
    ...{ modelId: manifest.id, limits: manifest, rate: manifest.nativeRate, ...size },
    ...{ frameCount, seed, steps, guidance, ...rules, ...words.request },
    ...(options.negative !== undefined && { negative: options.negative }),
    ...images,
    clips,
  });
  const draft = withCamera(planned, camera);
  for (const note of [...notes, ...words.notes(draft)]) reporter.note(note.text);
  const ids = { projectId: null, shotId: randomUUID(), segmentId: randomUUID(), parentTakeId: null };
  const take = await runTake(studio, { ...ids, draft, device }, { reporter, signal });
  await writeOut({ frames: take.view.frames, ...size, rate: draft.rate, recipes: [take.recipe] }, out, {
    ...context,
    libraryDir: studio.libraryDir,
  });
  reporter.line(summaryOf(take, `${out.path}: ${take.view.frames.length} frames`));
  reportDone(context, take);
}

export function summaryOf(take: FinishedTake, what: string): string {
  const seconds = take.seconds === null ? '' : ` in ${formatSeconds(take.seconds.total)}`;
  return `${what}${seconds}${reuseOf(take)} · seed ${take.recipe.seed} · take ${take.view.id}`;
}

function reuseOf({ recipe, report }: FinishedTake): string {
  if (recipe.stepReuse === undefined || report === null) return '';
  const { reusedSteps, steps, worstError } = report;
  if (reusedSteps === 0) return ` · none of ${steps} steps reused`;
  return ` · ${reusedSteps} of ${steps} steps reused, error estimated at ${(worstError * 100).toFixed(1)} % at most`;
}

/** The last line of every --json run that made a take. */
export function reportDone({ reporter }: CommandContext, { view, recipe, seconds, report }: FinishedTake): void {
  reporter.event('done', { takeId: view.id, frames: view.frames, recipe, seconds, report });
}
