/**
 * What is typed after an option, as values. Everything that is off is refused by name, with the nearest value that
 * would do; nothing is rounded on the quiet.
 */
import { randomInt } from 'node:crypto';
import { defaultApg, defaultWarmUpSteps, type GuidanceRule, type StepReuse } from '@core/diffusion/guidance-rule';
import { hasTwoExperts } from '@core/diffusion/experts';
import { isFlowFamily } from '@core/diffusion/families';
import { invalidInput, type AppError } from '@core/errors';
import type { Motion } from '@core/document/records';
import type { ModelManifest } from '@contracts/model-manifest';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MAX_SEED = 0xffffffff;
const MAX_FRAMES = 10_000;

/** @throws AppError input/invalid */
export function parseInteger(option: string, text: string, min: number, max: number): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw invalidInput(option, text, 'must be a whole number', `try ${min}`);
  if (value < min || value > max)
    throw invalidInput(option, text, `must be between ${min} and ${max}`, `try ${Math.min(Math.max(value, min), max)}`);
  return value;
}

export function parseNumber(option: string, text: string, min: number, max: number): number {
  const value = /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw invalidInput(option, text, 'must be a number', `try ${min}`);
  if (value < min || value > max)
    throw invalidInput(option, text, `must be between ${min} and ${max}`, `try ${Math.min(Math.max(value, min), max)}`);
  return value;
}

/** A seed as given, or a fresh one. */
export function parseSeed(text: string | undefined): number {
  return text === undefined ? randomInt(0, MAX_SEED + 1) : parseInteger('--seed', text, 0, MAX_SEED);
}

export function parseSteps(text: string | undefined, manifest: ModelManifest): number {
  return text === undefined ? manifest.defaults.steps : parseInteger('--steps', text, 1, 200);
}

export function parseGuidance(text: string | undefined, manifest: ModelManifest): number {
  return text === undefined ? manifest.defaults.guidance : parseNumber('--guidance', text, 0, 50);
}

export interface RuleOptions {
  readonly secondGuidance?: string;
  readonly guidanceMethod?: string;
  readonly rescale?: string;
  readonly steady?: string;
  readonly guided?: string;
  readonly reuse?: string;
  readonly motion?: string;
}

/** Rules of guidance and step reuse, and motion, as typed; nothing typed = none. */
export function parseRules(
  options: RuleOptions,
  manifest: ModelManifest,
): { secondGuidance?: number; guidanceRule?: GuidanceRule; stepReuse?: StepReuse; motion?: Motion } {
  const { secondGuidance, guidanceMethod, rescale, steady, guided, reuse } = options;
  const guidanceRule: GuidanceRule = {
    ...manifest.defaults.guidanceRule,
    ...(guidanceMethod !== undefined && { method: parseMethod(guidanceMethod, isFlowFamily(manifest.family)) }),
    ...(rescale !== undefined && { rescale: parseNumber('--rescale', rescale, 0, 1) }),
    ...(steady !== undefined && { steady: parseNumber('--steady', steady, 0, 1) }),
    ...(guided !== undefined && { interval: parseInterval(guided) }),
  };
  const threshold = reuse === undefined ? 0 : parseNumber('--reuse', reuse, 0, 1);
  return {
    ...(secondGuidance !== undefined && { secondGuidance: parseSecondGuidance(secondGuidance, manifest) }),
    ...(Object.keys(guidanceRule).length > 0 && { guidanceRule }),
    ...(threshold > 0 && { stepReuse: { threshold, warmUpSteps: defaultWarmUpSteps } }),
    ...(options.motion !== undefined && { motion: parseMotion(options.motion, manifest) }),
  };
}

function parseSecondGuidance(text: string, manifest: ModelManifest): number {
  const option = '--second-guidance';
  if (!hasTwoExperts(manifest))
    throw invalidInput(option, text, `the model ${manifest.id} has one expert`, 'leave --second-guidance out');
  return parseNumber(option, text, 0, 50);
}

/** A motion bucket; the noise stays the model's. */
function parseMotion(text: string, { id, defaults }: ModelManifest): Motion {
  if (defaults.motion === undefined)
    throw invalidInput('--motion', text, `the model ${id} is not told how much to move`, 'leave --motion out');
  return { ...defaults.motion, bucket: parseInteger('--motion', text, 1, 255) };
}

/** `apg`, `apg:0.3`, `zero-star`, `zero-star:2`. */
function parseMethod(text: string, isFlow: boolean): GuidanceRule['method'] {
  const [name, value] = text.split(':');
  const option = '--guidance-method';
  if (name === 'apg') return { ...defaultApg, ...(value !== undefined && { eta: parseNumber(option, value, 0, 2) }) };
  if (name === 'zero-star') {
    const zeroInitSteps = value === undefined ? (isFlow ? 1 : 0) : parseInteger(option, value, 0, 50);
    return { kind: 'zero-star', zeroInitSteps };
  }
  throw invalidInput(option, text, 'is not a way to guide', 'try apg, apg:0.3, zero-star or zero-star:2');
}

/** `0.2-0.8`: fractions of the steps. */
function parseInterval(text: string): { start: number; stop: number } {
  const [start = '', stop = '', ...rest] = text.split('-');
  const option = '--guided';
  if (stop === '' || rest.length > 0) throw invalidInput(option, text, 'is not a part of the run', 'try 0-0.8');
  return { start: parseNumber(option, start, 0, 1), stop: parseNumber(option, stop, 0, 1) };
}

export function parsePrompt(text: string | undefined, { conditioning }: ModelManifest): string {
  const prompt = (text ?? '').trim();
  if (prompt === '' && conditioning.text)
    throw invalidInput('--prompt', '', 'must say what is to be seen', 'try --prompt "a red ball bouncing"');
  return prompt;
}

/** A size as given, or the model's native one. @throws AppError input/invalid off the model's grid or limits */
export function parseSize(text: string | undefined, manifest: ModelManifest): Size {
  if (text === undefined) return { width: manifest.nativeSize[0], height: manifest.nativeSize[1] };
  const match = /^(\d{1,5})[x×](\d{1,5})$/i.exec(text);
  const [nativeWidth, nativeHeight] = manifest.nativeSize;
  if (match === null) throw invalidInput('--size', text, 'is not a size', `try ${nativeWidth}x${nativeHeight}`);
  const size = { width: Number(match[1]), height: Number(match[2]) };
  const problem = sizeProblem(size, manifest);
  if (problem !== null) throw problem;
  return size;
}

/** Why the model cannot make this size, or null when it can. */
export function sizeProblem(size: Size, manifest: ModelManifest): AppError | null {
  const grid = manifest.sizeGrid;
  const [maxWidth, maxHeight] = manifest.maxSize;
  const text = `${size.width}x${size.height}`;
  const snap = (value: number, max: number, round: (n: number) => number): number =>
    Math.min(Math.max(round(value / grid) * grid, grid), Math.floor(max / grid) * grid);
  const smaller = `${snap(size.width, maxWidth, Math.floor)}x${snap(size.height, maxHeight, Math.floor)}`;
  const larger = `${snap(size.width, maxWidth, Math.ceil)}x${snap(size.height, maxHeight, Math.ceil)}`;
  const remedy = smaller === larger ? `try ${smaller}` : `try ${smaller} or ${larger}`;
  const parts = [
    ['width', size.width, maxWidth],
    ['height', size.height, maxHeight],
  ] as const;
  for (const [name, value, max] of parts) {
    if (value < grid || value % grid !== 0)
      return invalidInput('--size', text, `${name} must be a multiple of ${grid} for the model ${manifest.id}`, remedy);
    if (value > max)
      return invalidInput('--size', text, `${name} must be at most ${max} for the model ${manifest.id}`, remedy);
  }
  return null;
}

/**
 * A number of frames as given, or the model's native one. Up to the model's longest window the number must be on its
 * grid; longer films are made window by window, so any number will do.
 */
export function parseFrames(text: string | undefined, manifest: ModelManifest): number {
  if (text === undefined) return manifest.nativeFrames;
  const frames = parseInteger('--frames', text, 1, MAX_FRAMES);
  const { multiple, plus, min, max } = manifest.frameGrid;
  if (frames > max) return frames;
  const allowed: number[] = [];
  for (let value = plus; value <= max; value += multiple) if (value >= min && value >= 1) allowed.push(value);
  if (allowed.includes(frames)) return frames;
  const below = allowed.filter((value) => value < frames).at(-1);
  const above = allowed.find((value) => value > frames);
  const near = [below, above].filter((value) => value !== undefined).join(' or ');
  throw invalidInput(
    '--frames',
    text,
    `must be a multiple of ${multiple} plus ${plus} for the model ${manifest.id}`,
    `try ${near}`,
  );
}

/** New frames of an extension: whatever the model's windows are, the surplus of the last one is cut off. */
export function parseNewFrames(text: string | undefined): number {
  if (text === undefined) throw invalidInput('--frames', '', 'must say how many frames to add', 'try --frames 8');
  return parseInteger('--frames', text, 1, MAX_FRAMES);
}
