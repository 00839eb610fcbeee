/**
 * How many frames a GIF has and how long it plays, read from its blocks: ffprobe 4 does not say how long.
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */

export interface GifTiming {
  readonly frames: number;
  /** The sum of the frames' delays, which GIF counts in 1/100 s. */
  readonly seconds: number;
}

const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;

/** Reads up to the trailer, or as far as the file makes sense. */
export function gifTimingOf(bytes: Uint8Array): GifTiming {
  const byte = (at: number): number => bytes[at] ?? 0;
  let frames = 0;
  let hundredths = 0;
  let at = HEADER_BYTES + colourTableBytes(byte(10));
  const skipSubBlocks = (): void => {
    while (at < bytes.length && byte(at) !== 0) at += 1 + byte(at);
    at += 1;
  };
  for (;;) {
    if (byte(at) === EXTENSION) {
      if (byte(at + 1) === GRAPHIC_CONTROL) hundredths += byte(at + 4) + 256 * byte(at + 5);
      at += 2;
      skipSubBlocks();
    } else if (byte(at) === IMAGE) {
      frames++;
      // The descriptor, its own colour table, and the byte that gives the code size.
      at += 10 + colourTableBytes(byte(at + 9)) + 1;
      skipSubBlocks();
    } else {
      return { frames, seconds: hundredths / 100 };
    }
  }
}

/** A table is there when bit 7 is set; bits 0 to 2 give its size. */
function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}
