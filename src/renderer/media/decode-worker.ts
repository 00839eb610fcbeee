/**
 * Decodes frame PNGs away from the page's thread. In: the file's bytes. Out: 8-bit RGB pixels, exactly as stored, with
 * their buffer transferred. Browser decoders are not used for pixels: they may apply colour profiles.
 */
import { decodeRgb } from './decode-rgb';

interface Request {
  readonly id: number;
  readonly bytes: ArrayBuffer;
}

self.onmessage = (event: MessageEvent<Request>) => {
  const { id, bytes } = event.data;
  try {
    const { width, height, rgb } = decodeRgb(new Uint8Array(bytes));
    self.postMessage({ id, ok: true, width, height, rgb }, { transfer: [rgb.buffer] });
  } catch (error) {
    self.postMessage({ id, ok: false, message: error instanceof Error ? error.message : String(error) });
  }
};
