import { expect, test } from './fixtures/studio';

test('look', async ({ studio }) => {
  const { page } = studio;
  await page.keyboard.press('Control+n');
  await page.waitForTimeout(800);
  await studio.screenshot('new-project');
  await page.getByTestId('new-project-name').fill('Red ball');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid="studio"]');
  await page.waitForTimeout(800);
  await studio.screenshot('studio-empty');
  await page.keyboard.press('p');
  await page.waitForTimeout(500);
  await studio.screenshot('studio-prompt');
  await page.keyboard.type('a red ball bouncing on a blue background');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(500);
  await studio.screenshot('studio-planned');
  await page.keyboard.press('Control+Enter');
  await page.waitForTimeout(1800);
  await studio.screenshot('studio-running');
  await page.waitForTimeout(6000);
  await studio.screenshot('studio-done');
  console.log(studio.pageErrors);
});
