/**
 * JSON files of a model package, read and checked. What is missing, is not JSON or has another shape is a named error
 * that says which file it is and what to do; nothing is guessed.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '@core/errors';
import type { z } from 'zod';
import { errnoOf } from '../platform/fs-atomic';

/** Far above any tokenizer; keeps a wrong file from filling memory. */
const JSON_BYTES_MAX = 64 * 1024 * 1024;

export async function readPackageJson<S extends z.ZodType>(dir: string, path: string, schema: S): Promise<z.output<S>> {
  try {
    return parsePackageJson(await readFile(join(dir, path)), path, schema);
  } catch (error) {
    throw packageError(error, dir, path);
  }
}

export function readPackageJsonSync<S extends z.ZodType>(dir: string, path: string, schema: S): z.output<S> {
  try {
    return parsePackageJson(readFileSync(join(dir, path)), path, schema);
  } catch (error) {
    throw packageError(error, dir, path);
  }
}

export function missingFile(dir: string, path: string, cause?: unknown): AppError {
  return new AppError(
    'model/missing-file',
    `the model package lacks ${path}`,
    { field: path, value: basename(dir), remedy: 'Restore the file, or copy the whole model package again.' },
    cause,
  );
}

function parsePackageJson<S extends z.ZodType>(bytes: Uint8Array, path: string, schema: S): z.output<S> {
  if (bytes.length > JSON_BYTES_MAX) throw invalid(path, `it is ${bytes.length} bytes long`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(path, 'it is not JSON', error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(path, `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`, parsed.error);
}

function invalid(path: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'model/invalid-manifest',
    `${path} of the model package cannot be used: ${why}`,
    { field: path, value: why, remedy: 'Copy the whole model package again, or export it again.' },
    cause,
  );
}

function packageError(error: unknown, dir: string, path: string): AppError {
  if (error instanceof AppError) return error;
  if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return missingFile(dir, path, error);
  return new AppError(
    'model/missing-file',
    `${path} of the model package cannot be read (${errnoOf(error) ?? String(error)})`,
    { field: path, value: basename(dir), remedy: 'Check the permissions of the model folder.' },
    error,
  );
}
