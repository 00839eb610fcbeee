/**
 * Files dropped on the window. What no panel took is read for its recipes; of what a panel imported it is only said that
 * it carries one, with the way to it.
 */
import type { AppState } from '../../state/app.svelte';
import { strings } from './strings';

/** How many of the files a panel imported are looked into. */
const LOOKED_INTO_MAX = 20;

/** Without this a file may not be dropped at all, or takes the window away from the studio. */
export function allowFiles(event: DragEvent): void {
  if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
}

export function takeDroppedFiles(app: AppState, event: DragEvent): void {
  const files = [...(event.dataTransfer?.files ?? [])];
  const isTaken = event.defaultPrevented;
  event.preventDefault();
  const [first] = files;
  if (first === undefined) return;
  if (isTaken) return void offerRecipes(app, files.slice(0, LOOKED_INTO_MAX));
  void app.attempt(async () => showRecipeFile(app, await app.client.readRecipes(first)));
}

/** By the file dialog; the same as dropping the file. */
export async function openRecipe(app: AppState): Promise<void> {
  const answer = await app.attempt(() => app.client.invoke('recipes.choose', {}));
  const file = answer?.file ?? null;
  if (file !== null) showRecipeFile(app, file);
}

function showRecipeFile(app: AppState, file: Awaited<ReturnType<AppState['client']['readRecipes']>>): void {
  app.dialog = { kind: 'recipe-file', file };
}

async function offerRecipes(app: AppState, files: readonly File[]): Promise<void> {
  for (const one of files) {
    // Most pictures carry none; that is no error here.
    const file = await app.client.readRecipes(one).catch(() => null);
    if (file === null) continue;
    const show = (): void => showRecipeFile(app, file);
    app.toast('info', strings.carries(file.name), undefined, { label: strings.showRecipe, run: show });
    return;
  }
}
