/**
 * Guidance rules, step reuse and honest costs in the running studio: set in the inspector, promised before the button,
 * and told with the take afterwards.
 */
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';
import type { Recipe } from '@contracts/recipe';
import type { StudioBridge } from '@contracts/ipc';

declare const window: { studio: StudioBridge };

async function recipeOf(film: StudioPage, takeId: string): Promise<Recipe> {
  const answer = await film.page.evaluate((id) => window.studio.invoke('takes.recipe', { takeId: id }), takeId);
  return (answer as { value: { recipe: Recipe } }).value.recipe;
}

test('each rule is set in the inspector, undone, carried into the recipe, and told with the take', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  const words = page.getByTestId('rules-words');
  await film.newProject('Rules');
  await page.keyboard.press('Control+2');
  await film.planQuickShot('a red ball on a meadow', { steps: 12 });
  await expect(words).toHaveText('steady 100 %');

  // What the package asks for is taken back: nothing of it is in the recipe.
  await page.getByTestId('rules-fold').click();
  await film.setNumber('steady', 0);
  await expect(words).toHaveText('plain');
  await film.generate();
  const [plain] = (await film.project()).takes;
  expect(Object.keys(await recipeOf(film, plain?.id ?? ''))).not.toContain('guidanceRule');

  await page.getByTestId('guidance-method').selectOption('zero-star');
  await expect(page.getByTestId('silent-steps')).toHaveValue('1');
  await page.getByTestId('guidance-method').selectOption('apg');
  await expect(words).toHaveText('Projected (APG)');
  await film.setNumber('apg-eta', 20);
  await film.setNumber('steady', 40);
  await film.setNumber('rescale', 50);
  await film.setNumber('guided-to', 75);
  await film.setNumber('reuse', 60);
  await expect(words).toHaveText('Projected (APG) · steady 40 % · contrast −50 % · guided 0 % to 75 % · reuse 60 %');
  await page.keyboard.press('Control+z');
  await expect(words).not.toContainText('reuse');
  await page.keyboard.press('Control+Shift+z');
  await expect(words).toContainText('reuse 60 %');

  // The plan has changed: the take is stale, the rules save time, and a new run says so beforehand.
  await expect(page.getByTestId('generate')).toContainText('Generate again');
  await expect(page.getByTestId('cost-saves')).toContainText('saves about');
  await studio.screenshot('rules-open');
  await film.generate();
  const ruled = (await film.project()).takes.find(({ id }) => id !== plain?.id);
  expect(ruled?.frames).not.toEqual(plain?.frames);
  expect(await recipeOf(film, ruled?.id ?? '')).toMatchObject({
    guidanceRule: {
      method: { kind: 'apg', eta: 0.2, momentum: -0.5 },
      steady: 0.4,
      rescale: 0.5,
      interval: { start: 0, stop: 0.75 },
    },
    stepReuse: { threshold: 0.6 },
  });

  const row = page.locator(`[data-take-id="${ruled?.id ?? ''}"]`);
  await row.hover();
  await row.getByTestId('take-details-toggle').click();
  const details = row.getByTestId('take-details');
  await expect(details).toContainText('Projected (APG)');
  await expect(details).toContainText(/Reused steps\s*[1-9]\d* of 12, error estimated at \d+(\.\d)? % at most/);
  await expect(details).toContainText(/promised .* to .* s/);
  await expect(details).toContainText(/Processor, \d+ threads?/);
  await studio.screenshot('take-details');
  expect(studio.pageErrors).toEqual([]);
});

test('a run’s time, memory and disk are promised with a range that narrows once it was measured', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Costs');
  await film.planQuickShot('a yellow star at night', { steps: 3 });
  await expect(page.getByTestId('cost-range')).toHaveText(/\d.* to \d.* s/);
  await expect(page.getByTestId('cost-memory')).toHaveText(/\d.* MB memory/);
  await expect(page.getByTestId('cost-disk')).toHaveText(/\d.* kB disk/);
  const before = await page.getByTestId('cost-range').textContent();
  await film.generate();
  await page.keyboard.press('r');
  await film.waitForTakes(2);
  // Another length asks anew.
  await film.setNumber('steps', 4);
  await expect(page.getByTestId('cost-range')).not.toHaveText(before ?? '');
  await expect(page.getByTestId('cost-warning')).toBeHidden();
  expect(studio.pageErrors).toEqual([]);
});

test('the device is chosen with its reasons, one that does not work is refused, and the take says where it was made', async ({
  studio,
}) => {
  const film = new StudioPage(studio.page);
  const { page } = studio;
  await film.newProject('Devices');
  await page.keyboard.press('Control+Shift+p');
  await page.keyboard.type('Doctor');
  await page.keyboard.press('Enter');
  const choice = page.getByTestId('device-choice');
  await expect(choice).toHaveValue('auto', { timeout: 60_000 });
  await expect(page.getByTestId('device-part')).toContainText(/Graphics card \(DirectML\): not for this system/);
  await expect(page.getByTestId('device-in-use')).toContainText('New runs:');
  await choice.selectOption('cpu');
  await expect(page.getByTestId('device-in-use')).toContainText('New runs: Processor. It was chosen.');
  await studio.screenshot('devices');
  await choice.selectOption('coreml');
  await expect(film.toasts).toContainText('coreml does not work here: not for this system');
  await expect(choice).toHaveValue('cpu');
  await page.keyboard.press('Escape');

  await studio.reopen();
  const again = new StudioPage(studio.page);
  await studio.page.keyboard.press('Control+2');
  await again.planQuickShot('a red ball on a meadow');
  await again.generate();
  const row = studio.page.getByTestId('takes-panel').locator('[data-take-id]');
  await row.hover();
  await row.getByTestId('take-details-toggle').click();
  await expect(row.getByTestId('take-details')).toContainText(/Runs on\s*Processor, \d+ threads?/);
});
