/**
 * The renderer's only way to main: typed calls, parsed events and the preview port.
 * An answer is an Envelope: its value is parsed with the method's output schema, its error comes back as an AppError. Of
 * those that come as text only that they are JSON is looked at (docs/adr/0042).
 * Events that do not match their schema are dropped and reported through `onBug`, never half used.
 */
import { Envelope, appErrorFromWire } from '@contracts/wire-error';
import { StepPreview } from '@contracts/engine';
import { MediaView } from '@contracts/job';
import { RecipeFile } from '@contracts/recipe';
import { api, channels, events, sentAsText } from '@contracts/ipc';
import type { ApiInput, ApiMethod, ApiOutput, EventName, EventPayload, StudioBridge } from '@contracts/ipc';
import { AppError } from '@core/errors';
import { z } from 'zod';

export interface StudioClient {
  readonly platform: string;
  invoke<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>>;
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
  onPreview(listener: (preview: StepPreview) => void): () => void;
  /** @throws AppError media/* for the first file that is not an image the studio reads */
  importFiles(projectId: string, files: readonly File[]): Promise<readonly MediaView[]>;
  /** @throws AppError media/* when it carries no recipe, or one that cannot be read */
  readRecipes(file: File): Promise<RecipeFile>;
}

/** The part of `window` through which preload hands over the preview port. */
export interface PortHost {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export interface ClientOptions {
  /** Called with what a person should never see: a message that breaks the contract. */
  readonly onBug?: (error: AppError) => void;
}

const ImportedFiles = z.object({ media: z.array(MediaView) });
const ReadRecipes = z.object({ file: RecipeFile });
const PortMessage = z.object({ type: z.literal(channels.previewPort) });

type Listener = (payload: never) => void;

export function createStudioClient(bridge: StudioBridge, host: PortHost, options: ClientOptions = {}): StudioClient {
  const listeners = new Map<EventName, Set<Listener>>();
  const previewListeners = new Set<(preview: StepPreview) => void>();
  const onBug = options.onBug ?? ((): void => {});

  bridge.subscribe((name, payload) => {
    if (!isEventName(name)) return onBug(contractBug(`event ${name} is not in the contract`));
    const parsed = events[name].safeParse(payload);
    if (!parsed.success) return onBug(contractBug(`event ${name}: ${parsed.error.issues[0]?.message ?? 'invalid'}`));
    // The schema that parsed the payload is the one the listeners of this name are typed by.
    for (const listener of listeners.get(name) ?? []) listener(parsed.data as never);
  });

  let port: MessagePort | null = null;
  host.addEventListener('message', (event) => {
    const next = event.ports[0];
    if (next === undefined || !PortMessage.safeParse(event.data).success) return;
    port?.close();
    port = next;
    port.onmessage = (message: MessageEvent): void => {
      const preview = StepPreview.safeParse(message.data);
      if (!preview.success) return onBug(contractBug('a step preview broke its schema'));
      for (const listener of previewListeners) listener(preview.data);
    };
    port.start();
  });

  return {
    platform: bridge.platform,

    async invoke(method, input) {
      const value = openEnvelope(await bridge.invoke(method, input), method);
      // Whole films, which main has parsed row by row: once more would take as long as all the rest of opening one.
      if (sentAsText.has(method)) return value as never;
      const parsed = api[method].output.safeParse(value);
      if (!parsed.success) throw contractBug(`${method} answered: ${describeIssue(parsed.error)}`, parsed.error);
      // The schema is the method's own, picked by the same key.
      return parsed.data as never;
    },

    on(event, listener) {
      const set = listeners.get(event) ?? new Set<Listener>();
      listeners.set(event, set.add(listener));
      return () => void set.delete(listener);
    },

    onPreview(listener) {
      previewListeners.add(listener);
      return () => void previewListeners.delete(listener);
    },

    async importFiles(projectId, files) {
      const value = openEnvelope(await bridge.importFiles(projectId, files), 'importFiles');
      const parsed = ImportedFiles.safeParse(value);
      if (!parsed.success) throw contractBug(`importFiles answered: ${describeIssue(parsed.error)}`, parsed.error);
      return parsed.data.media;
    },

    async readRecipes(file) {
      const parsed = ReadRecipes.safeParse(openEnvelope(await bridge.readRecipes(file), 'readRecipes'));
      if (!parsed.success) throw contractBug(`readRecipes answered: ${describeIssue(parsed.error)}`, parsed.error);
      return parsed.data.file;
    },
  };
}

function openEnvelope(answer: unknown, method: string): unknown {
  const envelope = Envelope.safeParse(answer);
  if (!envelope.success) throw contractBug(`${method} answered without an envelope`, envelope.error);
  if (!envelope.data.ok) throw appErrorFromWire(envelope.data.error);
  const { text, value } = envelope.data;
  return text === undefined ? value : (JSON.parse(text) as unknown);
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'invalid' : `${issue.path.map(String).join('.')}: ${issue.message}`;
}

function contractBug(message: string, cause?: unknown): AppError {
  return new AppError('internal/bug', message, { remedy: 'Restart the studio; your work is saved.' }, cause);
}
