/** What was made: takes, the recipes in files, and the history of every run. */
import { basename } from 'node:path';
import { modelRecipe, RecipeDraft } from '@contracts/recipe';
import { compareTakes } from '../services/history/compare-takes';
import { whereUsed } from '../services/history/where-used';
import { readRecipes } from '../services/recipes/read-recipes';
import { recipeHash } from '../services/takes/recipe-hash';
import type { Studio } from '../studio';
import type { Generate } from './generate';
import type { Services } from './services';

export function takesOf(services: Services, generate: Generate): Studio['takes'] {
  const { frames, takes, jobs, history, prune, projects } = services;
  const generatedTake = (takeId: string) => {
    const take = takes.get(takeId);
    return { ...take, recipe: modelRecipe(take.recipe) };
  };

  return {
    get: generatedTake,
    list: (projectId) => takes.list(projectId),
    framesOf: (takeId, atMost) => takes.framesOf(takeId, atMost),
    report: (takeId) => jobs.reportOfTake(takes.get(takeId).view.id),
    star: (takeId, isStarred) => history.star(takeId, isStarred),
    note: (takeId, note) => history.note(takeId, note),
    prunable: (projectId) => prune.plan(projectId),
    bytesOf: (projectId, takeIds) => prune.bytesOf(projectId, takeIds),
    trash: (projectId, takeIds) => prune.trash(projectId, takeIds),
    restore: (projectId, takeIds) => prune.restore(projectId, takeIds),
    rerender: (takeId) => {
      const { recipe } = generatedTake(takeId);
      // A segment of its own, outside any project: it must not become the newest take of the one it is compared with.
      const place = { projectId: null, shotId: 'rerender', segmentId: takeId, parentTakeId: null };
      return generate({ ...place, draft: RecipeDraft.parse({ ...recipe, modelId: recipe.model.id }) }, recipe);
    },
    compare: (takeId, otherTakeId) =>
      compareTakes(generatedTake(takeId), generatedTake(otherTakeId), (hash) => frames.read(hash)),
    whereUsed: (takeId) => {
      const take = takes.get(takeId);
      const { projectId } = take;
      if (projectId === null) return whereUsed(take, null, { takes: [], projectName: null });
      const { document } = projects.document(projectId);
      const project = document.get('project');
      const projectName = project?.kind === 'project' ? project.name : null;
      return whereUsed(take, document, { takes: takes.list(projectId), projectName });
    },
  };
}

export function recipesOf({ takes }: Services): Studio['recipes'] {
  return {
    read: async (path) => {
      const recipes = await readRecipes(path);
      const found = recipes.map((recipe) => ({ recipe, takeId: takes.newestOf(recipeHash(recipe)) }));
      return { name: basename(path), found };
    },
  };
}
