/**
 * Main's end of the contract: one `handle` that checks who asks, parses what they ask, answers with an envelope and
 * never throws across. Handlers are looked up by the contract's method names, so a method without one does not compile.
 */
import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import { z } from 'zod';
import { AppError } from '@core/errors';
import {
  api,
  channels,
  sentAsText,
  type ApiMethod,
  type ApiOutput,
  type EventName,
  type EventPayload,
} from '@contracts/ipc';
import { wireErrorFrom, type Envelope } from '@contracts/wire-error';
import type { Log } from '@main/platform/log';
import { origin } from './app-protocol';

export type Handlers = {
  readonly [M in ApiMethod]: (input: z.output<(typeof api)[M]['input']>) => ApiOutput<M> | Promise<ApiOutput<M>>;
};

export interface IpcOptions {
  readonly handlers: Handlers;
  importFiles(projectId: string, paths: readonly string[]): Promise<unknown>;
  readRecipes(path: string): Promise<unknown>;
  isOwnUrl(url: string): boolean;
  readonly log: Log;
}

/** Numbered pictures come one by one. */
const MAX_FILES = 50_000;
const FilePath = z.string().min(1).max(4_096);
const ImportFiles = z.tuple([z.string().min(1).max(64), z.array(FilePath).max(MAX_FILES)]);

export function serveContract({ handlers, importFiles, readRecipes, isOwnUrl, log }: IpcOptions): void {
  const answer = async (event: IpcMainInvokeEvent, name: string, work: () => unknown): Promise<Envelope> => {
    try {
      assertOwnPage(event, isOwnUrl);
      const value = await work();
      return sentAsText.has(name) ? { ok: true, value: null, text: JSON.stringify(value) } : { ok: true, value };
    } catch (error) {
      const wire = wireErrorFrom(error);
      if (wire.code === 'internal/bug') log.error(`${name} failed`, { area: 'ipc', error });
      return { ok: false, error: wire };
    }
  };
  ipcMain.handle(channels.invoke, (event, method: unknown, input: unknown) =>
    answer(event, String(method), () => {
      if (!isMethod(method))
        throw new AppError('input/invalid', `there is no method ${String(method)}`, { field: 'method' });
      return callHandler(handlers, method, input);
    }),
  );
  ipcMain.handle(channels.importFiles, (event, ...input: unknown[]) =>
    answer(event, channels.importFiles, () => importFiles(...ImportFiles.parse(input))),
  );
  ipcMain.handle(channels.readRecipes, (event, path: unknown) =>
    answer(event, channels.readRecipes, () => readRecipes(FilePath.parse(path))),
  );
}

export function isMethod(name: unknown): name is ApiMethod {
  return typeof name === 'string' && Object.hasOwn(api, name);
}

/** Parses the input by the method's schema and calls its handler. */
export function callHandler<M extends ApiMethod>(handlers: Handlers, method: M, input: unknown): unknown {
  // The union of all input schemas cannot be narrowed by M; parse() itself is what makes this true.
  const parsed = api[method].input.parse(input) as z.output<(typeof api)[M]['input']>;
  return handlers[method](parsed);
}

/** Only our own page, and only its main frame, may call. */
function assertOwnPage(event: IpcMainInvokeEvent, isOwnUrl: (url: string) => boolean): void {
  const frame = event.senderFrame;
  if (!frame || frame.parent !== null || !isOwnUrl(frame.url))
    throw new AppError('input/invalid', 'a page that is not the studio asked', {
      field: 'sender',
      value: frame?.url ?? '',
    });
}

export function isStudioUrl(url: string): boolean {
  return url === origin || url.startsWith(`${origin}/`);
}

export function sendEvent<E extends EventName>(window: BrowserWindow | null, event: E, payload: EventPayload<E>): void {
  if (window && !window.isDestroyed()) window.webContents.send(channels.event, event, payload);
}
