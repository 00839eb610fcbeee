/** How wide text is on a canvas, and what of it fits. Names are measured at each drawing and change seldom. */
const widths = new Map<string, number>();
const MAX_WIDTHS = 4_000;
/** No letter is narrower: of a prompt of 5,000 characters only those that might be seen are measured. */
const LEAST_LETTER_PX = 2;

export function widthOf(ctx: CanvasRenderingContext2D, font: string, text: string): number {
  const key = `${font}\n${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size >= MAX_WIDTHS) widths.clear();
  // Put back, as the caller has set it.
  const before = ctx.font;
  ctx.font = font;
  const { width } = ctx.measureText(text);
  ctx.font = before;
  widths.set(key, width);
  return width;
}

/** The text, or as much of its beginning as there is room for before "…"; empty where not one letter has room. */
export function ellipsis(ctx: CanvasRenderingContext2D, font: string, text: string, width: number): string {
  if (width <= 0) return '';
  const most = Math.ceil(width / LEAST_LETTER_PX);
  if (text.length <= most && widthOf(ctx, font, text) <= width) return text;
  const high = Math.min(text.length, most);
  const cut = (letters: number): string => `${text.slice(0, letters).trimEnd()}…`;
  const fits = (letters: number): boolean => widthOf(ctx, font, cut(letters)) <= width;
  // Letters are about as wide as each other: where the text ends is guessed, and looked for from there.
  let letters = Math.floor((high * width) / Math.max(width, widthOf(ctx, font, text.slice(0, high)))) - 1;
  while (letters > 0 && !fits(letters)) letters--;
  while (letters < high && fits(letters + 1)) letters++;
  return letters <= 0 ? '' : cut(letters);
}

/** Widths measured before a font was there are not those of the font. */
export function forgetTextWidths(): void {
  widths.clear();
}
