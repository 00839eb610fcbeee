/**
 * How a picture of another shape fills the film's frame: `fill` covers it and is cropped at the centre, `fit` is seen
 * whole, with black bars. In whole pixels, an odd one going right or below.
 */
export const footageFits = ['fill', 'fit'] as const;
export type FootageFit = (typeof footageFits)[number];

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The picture scaled to `width` × `height`, then laid at `x`, `y` of the film's frame: negative ones are cropped away. */
export interface Placed extends Size {
  readonly x: number;
  readonly y: number;
}

export function placeInFrame(picture: Size, film: Size, fit: FootageFit): Placed {
  const scales = [film.width / picture.width, film.height / picture.height] as const;
  const scale = fit === 'fill' ? Math.max(...scales) : Math.min(...scales);
  const side = (length: number, limit: number): number => {
    const scaled = Math.max(1, Math.round(length * scale));
    return fit === 'fill' ? Math.max(limit, scaled) : Math.min(limit, scaled);
  };
  // + 0 turns the −0 of a ceiling into 0, so that places compare and print alike.
  const [width, height] = [side(picture.width, film.width), side(picture.height, film.height)];
  return { width, height, x: Math.ceil((film.width - width) / 2) + 0, y: Math.ceil((film.height - height) / 2) + 0 };
}
