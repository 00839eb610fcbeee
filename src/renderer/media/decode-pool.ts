/**
 * A few workers that decode frame PNGs. Where workers cannot start (or one breaks), decoding goes on in the page:
 * slower, never wrong.
 */
import { decodeRgb, type RgbImage } from './decode-rgb';

export interface Decoder {
  /** Takes the buffer over; rejects when the bytes are not a frame. */
  decode(bytes: ArrayBuffer): Promise<RgbImage>;
  close(): void;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (image: RgbImage) => void;
  readonly reject: (error: Error) => void;
}

type Answer =
  | {
      readonly id: number;
      readonly ok: true;
      readonly width: number;
      readonly height: number;
      readonly rgb: Uint8Array<ArrayBuffer>;
    }
  | { readonly id: number; readonly ok: false; readonly message: string };

interface Lane {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

export function createDecodePool(workerCount: number): Decoder {
  const lanes: Lane[] = [];
  let nextId = 1;

  const inPage = ({ bytes, resolve, reject }: Waiting): void => {
    try {
      resolve(decodeRgb(bytes));
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  };

  const drop = (lane: Lane): void => {
    lane.worker.terminate();
    const at = lanes.indexOf(lane);
    if (at >= 0) lanes.splice(at, 1);
    for (const waiting of lane.waiting.values()) inPage(waiting);
    lane.waiting.clear();
  };

  const open = (): void => {
    let worker: Worker;
    try {
      worker = new Worker(new URL('./decode-worker.ts', import.meta.url), { type: 'module' });
    } catch {
      // No workers here (a policy, or not a browser): the page decodes.
      return;
    }
    const lane: Lane = { worker, waiting: new Map() };
    worker.onmessage = (event: MessageEvent<Answer>) => {
      const answer = event.data;
      const waiting = lane.waiting.get(answer.id);
      lane.waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve({ width: answer.width, height: answer.height, rgb: answer.rgb });
      else waiting?.reject(new Error(answer.message));
    };
    worker.onerror = () => {
      drop(lane);
    };
    lanes.push(lane);
  };
  for (let i = 0; i < workerCount; i++) open();

  return {
    decode: (buffer) =>
      new Promise<RgbImage>((resolve, reject) => {
        // Copied, not transferred: the page keeps the bytes so that it can take over from a broken worker.
        const waiting: Waiting = { bytes: new Uint8Array(buffer), resolve, reject };
        const lane = lanes.toSorted((a, b) => a.waiting.size - b.waiting.size)[0];
        if (lane === undefined) {
          inPage(waiting);
          return;
        }
        const id = nextId++;
        lane.waiting.set(id, waiting);
        lane.worker.postMessage({ id, bytes: buffer });
      }),
    close: () => {
      for (const lane of [...lanes]) drop(lane);
    },
  };
}
