/** `--then` and `--camera`: prompts that take over from a frame on, and a camera's move by name. */
import { cameraMoves, cameraPaces, steadyMove, type NamedMove } from '@core/curve/camera-moves';
import { hasCamera } from '@core/curve/parameters';
import { cameraPath } from '@core/curve/window-curves';
import type { Document, PromptBlockRecord } from '@core/document/records';
import { invalidInput } from '@core/errors';
import { boundaryNotes, type DirectRequest, type PlannedDraft, type PlanNote } from '@core/prompt/plan';
import { windowPrompt } from '@core/prompt/travel';
import type { ModelManifest } from '@contracts/model-manifest';
import { parseInteger } from './options';

/** As typed. */
export interface WordsAndCameraOptions {
  /** FRAME=PROMPT */
  readonly then?: readonly string[];
  /** MOVE or MOVE:PACE */
  readonly camera?: string;
}

const SHOT = 'shot';

export interface Words {
  /** Every text, for their lengths. */
  readonly texts: readonly string[];
  readonly request: Pick<DirectRequest, 'prompt' | 'travel'>;
  /** Where windows take another prompt than was asked for. */
  readonly notes: (draft: PlannedDraft) => PlanNote[];
}

/** @throws AppError input/invalid for a frame that is not in the film, or is named twice, and for no words */
export function parseWords(
  prompt: string,
  then: readonly string[],
  { manifest, frameCount }: { readonly manifest: ModelManifest; readonly frameCount: number },
): Words {
  if (then.length === 0) return { texts: [prompt], request: { prompt }, notes: () => [] };
  const starts = [{ index: 0, text: prompt }];
  for (const typed of then) {
    const [, frame, text = ''] = /^(\d+)=(.*)$/s.exec(typed) ?? [];
    if (frame === undefined || text.trim() === '')
      throw invalidInput('--then', typed, 'must be a frame and a prompt', 'write it as 4="a green ball"');
    const index = parseInteger('--then', frame, 1, frameCount - 1);
    if (starts.some((one) => one.index === index))
      throw invalidInput('--then', typed, `there are two prompts for frame ${index}`, 'give one of them');
    starts.push({ index, text: text.trim() });
  }
  starts.sort((a, b) => a.index - b.index);
  const blocks = starts.map(({ index, text }, i): PromptBlockRecord => {
    const to = starts[i + 1]?.index ?? frameCount;
    return { kind: 'prompt-block', id: `prompt-${index}`, shotId: SHOT, from: index, to, text };
  });
  const doc: Document = new Map(blocks.map((block) => [block.id, block]));
  const perFrame = manifest.conditioning.perFramePrompts;
  const mixing = { offset: 0, perFrame };
  return {
    texts: starts.map(({ text }) => text),
    request: {
      prompt: (from, to) =>
        windowPrompt(doc, SHOT, { start: from, frames: to - from, keepFrom: from, keepTo: to }, mixing).prompt,
      travel: (window) => windowPrompt(doc, SHOT, window, mixing).travel,
    },
    notes: ({ windows }) => (perFrame ? [] : boundaryNotes(doc, { shotId: SHOT, from: 0, frameCount }, windows, [])),
  };
}

/** `pan-right`, `zoom-in:slow`; the pace is medium unless it is said. */
export function parseCamera(text: string | undefined, { id, family }: ModelManifest): NamedMove | null {
  if (text === undefined) return null;
  if (!hasCamera(family)) throw invalidInput('--camera', text, `the model ${id} has no camera`, 'leave --camera out');
  const [typed = '', paceTyped = 'medium', ...rest] = text.split(':');
  const name = cameraMoves.find((move) => optionOf(move) === typed);
  const pace = cameraPaces.find((one) => one === paceTyped);
  if (name === undefined || pace === undefined || rest.length > 0)
    throw invalidInput(
      '--camera',
      text,
      'is not a move of a camera',
      `try ${cameraMoves.map(optionOf).join(', ')}, with :slow or :fast`,
    );
  return { name, pace };
}

/** panLeft → pan-left */
function optionOf(move: string): string {
  return move.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
}

/** The draft with its camera moving so. */
export function withCamera(draft: PlannedDraft, move: NamedMove | null): PlannedDraft {
  const camera = move && cameraPath(draft.windows, () => steadyMove(draft, move));
  return camera === null ? draft : { ...draft, camera };
}
