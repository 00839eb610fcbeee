/**
 * The studio as a person uses it: verbs of the trade, done with mouse and keyboard. Reading back what the library holds
 * goes through the page's own bridge, which can do no more than the page can.
 */
import { expect, type Locator, type Page } from '@playwright/test';
import type { DocumentRecord } from '@core/document/records';
import type { OpenProject } from '@contracts/ipc';
import type { StudioBridge } from '@contracts/ipc';
import type { Recipe } from '@contracts/recipe';

declare const window: { studio: StudioBridge };

export class StudioPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get clips(): Locator {
    return this.page.getByTestId('clip');
  }

  get promptBlocks(): Locator {
    return this.page.getByTestId('prompt-block');
  }

  get frameNumber(): Locator {
    return this.page.getByTestId('frame-number');
  }

  async newProject(name: string): Promise<void> {
    await this.page.keyboard.press('Control+n');
    await this.page.getByTestId('new-project-name').fill(name);
    await this.page.keyboard.press('Enter');
    await expect(this.page.getByTestId('studio')).toBeVisible();
    await expect(this.page.getByTestId('new-project-dialog')).toBeHidden();
  }

  /** Plans a shot at the playhead by P, writes its prompt and leaves it selected. */
  async planShot(text: string): Promise<void> {
    await this.page.keyboard.press('p');
    const prompt = this.page.getByTestId('prompt-text');
    await expect(prompt).toBeFocused();
    await prompt.fill(text);
    await this.page.keyboard.press('Escape');
    await expect(prompt).not.toBeFocused();
  }

  /** Mod+Enter, then until the job is done. */
  async generate(): Promise<void> {
    const before = (await this.project()).takes.length;
    await this.page.keyboard.press('Control+Enter');
    await this.waitForTakes(before + 1);
  }

  async waitForTakes(count: number): Promise<void> {
    await expect.poll(async () => (await this.project()).takes.length, { timeout: 90_000 }).toBe(count);
    await this.waitForIdle();
  }

  async waitForIdle(): Promise<void> {
    await expect(this.page.getByTestId('job-stage')).toBeHidden({ timeout: 90_000 });
  }

  async waitForSaved(): Promise<void> {
    await expect(this.page.getByTestId('save-state')).toHaveText('Saved');
  }

  async seekTo(frame: number): Promise<void> {
    await this.page.keyboard.press('Home');
    for (let i = 0; i < frame; i++) await this.page.keyboard.press('ArrowRight');
    await expect(this.frameNumber).toHaveText(`f ${frame}`);
  }

  /** Selects a clip by clicking its middle. */
  async select(clip: Locator): Promise<void> {
    await clip.click();
    await expect(clip).toHaveAttribute('aria-selected', 'true');
  }

  /** Presses at the middle of `what`, moves by a distance in several steps, and lets go. */
  async drag(what: Locator, dx: number, dy = 0): Promise<void> {
    const box = await what.boundingBox();
    if (!box) throw new Error('nothing to drag');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    for (let step = 1; step <= 6; step++) await this.page.mouse.move(x + (dx * step) / 6, y + (dy * step) / 6);
    await this.page.mouse.up();
  }

  /** Moves the mouse to the middle of `what`, `dx` to its side, and clicks there. */
  async clickBeside(what: Locator, dx: number): Promise<void> {
    const { x, y } = await this.middleOf(what);
    await this.page.mouse.click(x + dx, y);
  }

  async middleOf(what: Locator): Promise<{ x: number; y: number }> {
    const box = await what.boundingBox();
    if (!box) throw new Error('nothing to point at');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** Types a number into a field of the inspector; Enter takes it, Escape gives the keys back to the timeline. */
  async setNumber(testid: string, value: number): Promise<void> {
    const field = this.page.getByTestId(testid);
    await field.fill(String(value));
    await field.press('Enter');
    await expect(field).toHaveValue(String(value));
    await field.press('Escape');
    await expect(field).not.toBeFocused();
  }

  /** Types a number into a field of a dialog. */
  async setNumberIn(testid: string, value: number): Promise<void> {
    const field = this.page.getByTestId(testid);
    await field.fill(String(value));
    await field.press('Enter');
    await expect(field).toHaveValue(String(value));
  }

  /** Drops files on the middle of `target`, as from the desktop: the page's File objects are those of a file field. */
  async dropFiles(target: Locator, files: readonly string[]): Promise<void> {
    // As text: the suite's types know no DOM.
    await this.page.evaluate(`document.body.append(
      Object.assign(document.createElement('input'), { type: 'file', multiple: true, id: 'dropped' }))`);
    await this.page.locator('#dropped').setInputFiles([...files]);
    const { x, y } = await this.middleOf(target);
    await this.page.evaluate(`(() => {
      const field = document.querySelector('#dropped');
      const dataTransfer = new DataTransfer();
      for (const file of field.files) dataTransfer.items.add(file);
      field.remove();
      const init = { bubbles: true, cancelable: true, clientX: ${x}, clientY: ${y}, dataTransfer };
      const element = document.elementFromPoint(${x}, ${y});
      for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, init));
    })()`);
  }

  /** A planned shot cheap enough to be made many times in a test. */
  async planQuickShot(text: string, { frames = 9, steps = 2 } = {}): Promise<void> {
    await this.planShot(text);
    await this.setNumber('steps', steps);
    if (frames !== 9) await this.setNumber('length', frames);
  }

  get toasts(): Locator {
    return this.page.getByTestId('toasts');
  }

  async playhead(): Promise<number> {
    return Number((await this.frameNumber.textContent())?.slice(2));
  }

  async records<K extends DocumentRecord['kind']>(kind: K): Promise<Extract<DocumentRecord, { kind: K }>[]> {
    const { records } = await this.project();
    return records.filter((record): record is Extract<DocumentRecord, { kind: K }> => record.kind === kind);
  }

  /** What the library holds of the project that is open. */
  async project(): Promise<OpenProject> {
    await this.waitForSaved();
    return this.page.evaluate(async () => {
      const ask = async (method: string, input: unknown): Promise<Record<string, unknown>> => {
        const { value, text } = (await window.studio.invoke(method, input)) as {
          value: Record<string, unknown>;
          text?: string;
        };
        return text === undefined ? value : (JSON.parse(text) as Record<string, unknown>);
      };
      const { lastProjectId } = await ask('app.info', {});
      return (await ask('projects.open', { projectId: lastProjectId })) as unknown;
    }) as Promise<OpenProject>;
  }

  /** What a generated take was made from. */
  async recipeOf(takeId: string): Promise<Recipe> {
    const envelope = await this.page.evaluate((id) => window.studio.invoke('takes.recipe', { takeId: id }), takeId);
    return (envelope as { value: { recipe: Recipe } }).value.recipe; // the contract's answer
  }

  /** Clip records by start. */
  async clipRecords(): Promise<{ start: number; duration: number; sourceIn: number; trackId: string }[]> {
    const { records } = await this.project();
    return records
      .flatMap((record) => (record.kind === 'clip' ? [record] : []))
      .map(({ start, duration, sourceIn, trackId }) => ({ start, duration, sourceIn, trackId }))
      .sort((a, b) => a.start - b.start);
  }

  async pixelsPerFrame(): Promise<number> {
    const [first] = await this.clipRecords();
    const box = await this.clips.first().boundingBox();
    if (!first || !box) throw new Error('no clip to measure');
    return box.width / first.duration;
  }
}
