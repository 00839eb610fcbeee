/**
 * `onionskin models list | verify | add`: the model packages this library knows.
 */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ModelView } from '@contracts/ipc';
import { appErrorFromWire } from '@contracts/wire-error';
import { AppError, invalidInput } from '@core/errors';
import type { CommandContext } from './context';

export function listModels({ studio, reporter }: CommandContext): void {
  const models = studio.models.list();
  for (const model of models) {
    reporter.line(describeModel(model));
    reporter.event('model', { ...model });
  }
  reporter.event('done', { models: models.map(({ manifest }) => manifest.id) });
}

/** Hashes every file of one model or of all. @throws AppError model/* for the first that is not what its manifest says */
export async function verifyModels({ studio, reporter }: CommandContext, id: string | undefined): Promise<void> {
  const ids = id === undefined ? studio.models.list().map(({ manifest }) => manifest.id) : [id];
  let failure: AppError | null = null;
  for (const modelId of ids) {
    try {
      await studio.models.verify(modelId, (path, ok) => reporter.event('file', { modelId, path, ok }));
      reporter.line(`✓ ${modelId}: every file has the sha256 of the manifest`);
      reporter.event('verified', { modelId });
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'cancelled') throw error;
      reporter.line(`✗ ${modelId}: ${error.message}`);
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
  reporter.event('done', { models: ids });
}

export async function addModel({ studio, reporter }: CommandContext, dir: string): Promise<void> {
  const info = await stat(dir).catch(() => null);
  if (info?.isDirectory() !== true)
    throw invalidInput('DIR', dir, 'is not a folder', 'name the folder of a model package');
  const model = await studio.models.add(resolve(dir));
  if (model.problem !== null) throw appErrorFromWire(model.problem);
  reporter.line(`added ${describeModel(model)}`);
  reporter.event('done', { model: model.manifest.id });
}

function describeModel({ manifest, isEmbedded, problem, bytes }: ModelView): string {
  const [width, height] = manifest.nativeSize;
  const rate = manifest.nativeRate.num / manifest.nativeRate.den;
  const what = `${width}x${height}, ${manifest.nativeFrames} frames at ${rate}/s, ${(bytes / 1024 ** 2).toFixed(0)} MiB`;
  return `${manifest.id}  ${manifest.name}  ${what}${isEmbedded ? ', embedded' : ''}${problem === null ? '' : `  ✗ ${problem.message}`}`;
}
