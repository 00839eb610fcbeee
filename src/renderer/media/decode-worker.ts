/**
 * Decodes frame PNGs away from the page's thread. In: the file's bytes. Out: 8-bit RGB pixels, exactly as stored, with
 * their buffer transferred. Browser decoders are not used for pixels: they may apply colour profiles.
 */
import { decodeFrame } from './decode-frame';

interface Request {
  readonly id: number;
  readonly bytes: ArrayBuffer;
}

self.onmessage = (event: MessageEvent<Request>) => {
  const { id, bytes } = event.data;
  decodeFrame(new Uint8Array(bytes)).then(
    ({ width, height, rgb }) => self.postMessage({ id, ok: true, width, height, rgb }, { transfer: [rgb.buffer] }),
    (error: unknown) =>
      self.postMessage({ id, ok: false, message: error instanceof Error ? error.message : String(error) }),
  );
};
