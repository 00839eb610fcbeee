/**
 * After the first take: more seeds in one go, a queue that is reordered, paused and resumed, the history of all runs, typing
 * that is undone in one step, and the library's check of itself.
 */
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures/studio';
import { StudioPage } from './pages/studio-page';

const PROMPT = 'a red ball bouncing on a blue background';

async function jobIds(rows: Locator): Promise<(string | null)[]> {
  return rows.evaluateAll((found) => found.map((row) => row.getAttribute('data-job-id')));
}

test('many seeds, a queue that can be paused, and a history to come back to', async ({ studio }) => {
  const { page } = studio;
  const film = new StudioPage(page);
  await film.newProject('Seeds');
  // Long enough to be paused on the way.
  await film.planQuickShot(PROMPT, { steps: 24 });
  await film.generate();

  await test.step('more seeds are queued in one go, with what they cost said before', async () => {
    await page.keyboard.press('Control+Shift+r');
    const count = page.getByTestId('seed-count');
    await expect(count).toBeFocused();
    await count.fill('4');
    await count.press('Tab');
    await expect(page.getByTestId('seeds-cost')).toContainText('in all');
    await expect(page.getByTestId('queue-seeds')).toHaveText('Queue 4 more seeds');
    await page.getByTestId('queue-seeds').click();
    await expect(page.getByTestId('queue-counts')).toContainText('1 running');
  });

  const waiting = page.locator('[data-job-id][data-state="queued"]');

  await test.step('Alt with an arrow moves a waiting job and keeps the focus on it', async () => {
    await expect(waiting).toHaveCount(3);
    const [, second, third] = await jobIds(waiting);
    const both = async (): Promise<(string | null)[]> =>
      (await jobIds(waiting)).filter((id) => id === second || id === third);
    await waiting.last().getByTestId('job-row').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(both).toEqual([third, second]);
    await expect(page.locator(`[data-job-id="${third}"]`).getByTestId('job-row')).toBeFocused();
  });

  await test.step('a paused run says where it goes on, and does', async () => {
    await expect(page.getByTestId('job-facts')).toContainText(/step ([2-9]|1\d)\/24/);
    await page.getByTestId('pause').click();
    const paused = page.locator('[data-job-id][data-state="paused"]');
    await expect(paused.getByTestId('job-state')).toHaveText('Paused');
    await expect(paused.getByTestId('job-hint')).toHaveText(/goes on from step \d+ of 24/);
    await studio.screenshot('history-1-queue');
    await paused.getByTestId('resume-job').click();
    await film.waitForTakes(5);
    await expect(page.getByTestId('queue-counts')).toHaveText('5 done');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('queue-panel')).toBeHidden();
  });

  const runs = page.getByTestId('history-run');

  await test.step('the history finds runs, keeps stars and notes', async () => {
    await page.keyboard.press('Control+3');
    await expect(runs).toHaveCount(5);
    await page.getByTestId('history-search').fill('no such thing');
    await expect(runs).toHaveCount(0);
    await page.getByTestId('history-search').fill('red ball');
    await expect(runs).toHaveCount(5);
    await page.getByTestId('history-when').selectOption('today');
    await expect(runs).toHaveCount(5);
    await page.getByTestId('history-when').selectOption('days');
    await page.getByTestId('history-last-day').fill('2020-01-31');
    await expect(runs).toHaveCount(0);
    await page.getByTestId('history-last-day').fill('');
    await page.getByTestId('history-first-day').fill('2020-01-31');
    await expect(runs).toHaveCount(5);
    await studio.screenshot('history-4-days');
    await page.getByTestId('history-when').selectOption('any');
    await page.getByTestId('history-search').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(runs.nth(1).getByTestId('history-row')).toBeFocused();
    await page.keyboard.press('s');
    await page.getByTestId('history-note').fill('the good one');
    await page.keyboard.press('Escape');
    await page.getByTestId('where-used').click();
    await expect(page.getByTestId('uses')).toBeVisible();
    await studio.screenshot('history-2-runs');
    await page.getByTestId('history-starred').click();
    await expect(runs).toHaveCount(1);
    await expect(runs).toHaveAttribute('data-starred', 'true');
  });

  await test.step('Enter plans the same shot again, with its seed', async () => {
    const row = runs.first().getByTestId('history-row');
    const seed = Number(/seed (\d+)/.exec((await row.textContent()) ?? '')?.[1]);
    await row.click();
    await page.keyboard.press('Enter');
    await expect(film.clips).toHaveCount(2);
    const { records } = await film.project();
    const planned = records.flatMap((record) => (record.kind === 'segment' && record.seed !== null ? [record] : []));
    expect(planned).toEqual([expect.objectContaining({ seed, role: 'first', frameCount: 9 })]);
    const texts = records.flatMap((record) => (record.kind === 'prompt-block' ? [record.text] : []));
    expect(texts).toEqual([PROMPT, PROMPT]);
    await studio.screenshot('history-3-used-again');
  });

  await test.step('a text that was typed with pauses is one undo, also after a restart', async () => {
    const prompt = page.getByTestId('prompt-text');
    await prompt.focus();
    await page.keyboard.press('End');
    await prompt.pressSequentially(' at dawn', { delay: 450 });
    await page.keyboard.press('Escape');
    await film.waitForSaved();
    await studio.reopen();
    const reopened = new StudioPage(studio.page);
    await expect(reopened.clips).toHaveCount(2);
    await studio.page.keyboard.press('Control+z');
    const { records } = await reopened.project();
    const texts = records.flatMap((record) => (record.kind === 'prompt-block' ? [record.text] : []));
    expect(texts).toEqual([PROMPT, PROMPT]);
  });

  await test.step('the library checks itself and says so in words', async () => {
    await studio.page.keyboard.press('Control+o');
    await studio.page.getByTestId('open-library').click();
    await studio.page.getByTestId('verify-library').click();
    const result = studio.page.getByTestId('verify-result');
    await expect(result).toHaveAttribute('data-sound', 'true');
    await expect(result).toContainText('45 frames');
    await studio.page.getByTestId('reclaim-plan').click();
    await expect(studio.page.getByTestId('reclaim-list').or(studio.page.getByTestId('reclaim-nothing'))).toBeVisible();
    await studio.screenshot('history-4-library');
  });

  expect(studio.pageErrors).toEqual([]);
});
