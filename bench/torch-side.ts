/** torch, in a Python process of its own that lives as long as the bench: one request, one answer. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

const Versions = z.object({ torch: z.string(), diffusers: z.string() });
const Times = z.object({ stepMs: z.number(), decodeMsPerFrame: z.number() });
export type Times = z.infer<typeof Times>;

export interface TorchRequest {
  readonly case: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly threads: number;
}

export class TorchSide {
  readonly versions: z.infer<typeof Versions>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    answers: AsyncIterator<string>,
    versions: z.infer<typeof Versions>,
  ) {
    this.#child = child;
    this.#answers = answers;
    this.versions = versions;
  }

  static async start(python: string, root: string): Promise<TorchSide> {
    const child = spawn(python, [path.join(root, 'bench/torch_side.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const versions = Versions.parse(JSON.parse(await nextLine(answers)));
    return new TorchSide(child, answers, versions);
  }

  async run(request: TorchRequest): Promise<Times> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return Times.parse(JSON.parse(await nextLine(this.#answers)));
  }

  close(): void {
    this.#child.stdin.end();
  }
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error('the torch side has ended; what it said is above');
  return value;
}
