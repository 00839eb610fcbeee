/**
 * Draws prompt blocks as their elements look, for what comes into sight while the wheel turns: elements follow when it
 * rests, and lie over this. CSS pixels.
 */
import { BLOCK_ROW_HEIGHT } from './lane-layout';
import { palette } from './palette';
import { strings } from './strings';
import { ellipsis } from './text-widths';
import { xOfFrame, type TimeScale } from './time-scale';
import type { PlacedBlock } from './timeline-scene.svelte';

export interface PromptsInput {
  readonly width: number;
  readonly height: number;
  readonly scale: TimeScale;
  readonly blocks: readonly PlacedBlock[];
  readonly selection: ReadonlySet<string>;
}

/** The element's border and what it keeps free on either side. */
const PADDING = 9;

export function paintPrompts(ctx: CanvasRenderingContext2D, input: PromptsInput): void {
  const { width, height, scale } = input;
  ctx.clearRect(0, 0, width, height);
  ctx.textBaseline = 'middle';
  for (const placed of input.blocks) {
    const left = xOfFrame(scale, placed.from);
    const blockWidth = Math.max(3, (placed.to - placed.from) * scale.pixelsPerFrame - 1);
    if (left >= width || left + blockWidth <= 0) continue;
    const box = { left, top: 4 + placed.row * BLOCK_ROW_HEIGHT, width: blockWidth, height: BLOCK_ROW_HEIGHT - 4 };
    ctx.fillStyle = palette.prompt;
    ctx.strokeStyle = input.selection.has(placed.block.id) ? palette.accent : palette.promptEdge;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(left + 0.5, box.top + 0.5, box.width - 1, box.height - 1, Math.min(3.5, box.width / 2));
    ctx.fill();
    ctx.stroke();
    paintWords(ctx, placed.block.text, box);
  }
}

function paintWords(
  ctx: CanvasRenderingContext2D,
  text: string,
  box: Readonly<Record<'left' | 'top' | 'width' | 'height', number>>,
): void {
  const font = text === '' ? palette.promptNoneFont : palette.promptFont;
  const words = text === '' ? strings.emptyPrompt : text.replaceAll(/\s+/g, ' ');
  const shown = ellipsis(ctx, font, words, box.width - 2 * PADDING);
  if (shown === '') return;
  const isRtl = isRightToLeft(words);
  ctx.font = font;
  ctx.fillStyle = text === '' ? palette.promptNone : palette.promptText;
  ctx.direction = isRtl ? 'rtl' : 'ltr';
  ctx.fillText(shown, isRtl ? box.left + box.width - PADDING : box.left + PADDING, box.top + box.height / 2 + 0.5);
  ctx.direction = 'ltr';
}

/** As `dir="auto"` decides it: by the first letter that has a direction. */
export function isRightToLeft(text: string): boolean {
  const [letter = ''] = /\p{L}/u.exec(text) ?? [];
  return /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(letter);
}
