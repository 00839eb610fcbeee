/**
 * What every command works with: the open studio, the exporter, the reporter and the signal of Ctrl+C.
 */
import { AppError } from '@core/errors';
import type { ModelManifest } from '@contracts/model-manifest';
import { appErrorFromWire } from '@contracts/wire-error';
import type { Exporter } from '@main/services/export/exporter';
import type { Studio } from '@main/studio';
import type { Reporter } from './reporter';

export interface CommandContext {
  readonly studio: Studio;
  readonly exporter: Exporter;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** The model asked for, or the embedded one. @throws AppError model/not-found, or what is wrong with its files */
export function chooseModel(studio: Studio, id: string | undefined): ModelManifest {
  const models = studio.models.list();
  const model =
    id === undefined
      ? (models.find(({ isEmbedded }) => isEmbedded) ?? models[0])
      : models.find(({ manifest }) => manifest.id === id);
  if (model === undefined) {
    const names = models.map(({ manifest }) => manifest.id).join(', ');
    throw new AppError('model/not-found', 'no such model is installed', {
      field: '--model',
      value: id ?? '',
      remedy: names === '' ? 'run npm run setup' : `try one of: ${names}`,
    });
  }
  if (model.problem !== null) throw appErrorFromWire(model.problem);
  return model.manifest;
}

/** Says so when the model does not read the whole prompt: before generating, not after. */
export function notePromptLength({ studio, reporter }: CommandContext, modelId: string, prompt: string): void {
  const { count, limit, keptChars } = studio.models.tokens(modelId, prompt);
  if (count <= limit) return;
  reporter.note(
    `the prompt has ${count} tokens and the model reads ${limit}: it ends at “…${prompt.slice(0, keptChars).slice(-30)}”`,
  );
}
