/**
 * The system's file dialogs, one function for each question. They answer with paths, which stay in main; nothing chosen
 * is an empty list or null.
 */
import { dialog, type BrowserWindow, type OpenDialogOptions, type SaveDialogOptions } from 'electron';
import type { ExportPreset } from '@contracts/job';
import { plainFileName } from '@core/file-name';
import { filmExtensions } from '@main/services/footage/footage-file';
import { imageExtensions } from '@main/services/media/decode-image';
import { soundExtensions } from '@main/services/media/sound-files';
import type { ShellWords } from './strings';

const exportExtensions: Readonly<Record<ExportPreset, string>> = {
  'h264-mp4': '.mp4',
  'prores-mov': '.mov',
  gif: '.gif',
  'png-sequence': '',
  timeline: '',
};

/** The window is asked for each time: a dialog belongs to the one that is there. */
export class FileDialogs {
  readonly #window: () => BrowserWindow | null;
  readonly #words: () => ShellWords;

  constructor(window: () => BrowserWindow | null, words: () => ShellWords) {
    this.#window = window;
    this.#words = words;
  }

  chooseMedia(): Promise<string[]> {
    const words = this.#words();
    return this.#open({
      title: words.importTitle,
      properties: ['openFile', 'multiSelections'],
      filters: [
        { name: words.everything, extensions: [...filmExtensions, ...imageExtensions, ...soundExtensions] },
        { name: words.films, extensions: filmExtensions },
        { name: words.images, extensions: imageExtensions },
        { name: words.sound, extensions: soundExtensions },
      ],
    });
  }

  /** Where files that are gone may be. */
  choosePlaces(from: 'files' | 'folder'): Promise<string[]> {
    return this.#open({
      title: this.#words().findMissing,
      properties: from === 'folder' ? ['openDirectory'] : ['openFile', 'multiSelections'],
    });
  }

  /** The film or numbered pictures that footage came from. */
  chooseOriginal(): Promise<string[]> {
    const words = this.#words();
    return this.#open({
      title: words.findOriginal,
      properties: ['openFile', 'multiSelections'],
      filters: [{ name: words.filmsAndImages, extensions: [...filmExtensions, ...imageExtensions] }],
    });
  }

  async chooseBundle(): Promise<string | null> {
    const words = this.#words();
    const filters = [{ name: words.bundle, extensions: ['onionskin'] }];
    return (await this.#open({ title: words.openBundle, properties: ['openFile'], filters }))[0] ?? null;
  }

  async chooseRecipe(): Promise<string | null> {
    const words = this.#words();
    const filters = [{ name: words.recipeCarriers, extensions: ['json', 'mp4', 'mov', 'gif', 'png'] }];
    return (await this.#open({ title: words.openRecipe, properties: ['openFile'], filters }))[0] ?? null;
  }

  chooseBundleTarget(name: string): Promise<string | null> {
    const words = this.#words();
    return this.#save({ title: words.saveBundle, name, kind: words.bundle, extension: '.onionskin' });
  }

  chooseRecipeTarget(name: string): Promise<string | null> {
    const words = this.#words();
    return this.#save({ title: words.saveRecipe, name, kind: words.recipe, extension: '.json' });
  }

  chooseExportTarget(name: string, preset: ExportPreset): Promise<string | null> {
    const words = this.#words();
    const kind = words.exports[preset];
    return this.#save({ title: words.exportTitle(kind), name, kind, extension: exportExtensions[preset] });
  }

  async #open(options: OpenDialogOptions): Promise<string[]> {
    const window = this.#window();
    const { canceled, filePaths } = window
      ? await dialog.showOpenDialog(window, options)
      : await dialog.showOpenDialog(options);
    return canceled ? [] : filePaths;
  }

  /** @param extension with its dot, put on where it was left off; empty = a folder */
  async #save(question: {
    readonly title: string;
    readonly name: string;
    readonly kind: string;
    readonly extension: string;
  }): Promise<string | null> {
    const { title, name, kind, extension } = question;
    const options: SaveDialogOptions = {
      title,
      defaultPath: `${plainFileName(name)}${extension}`,
      ...(extension !== '' && { filters: [{ name: kind, extensions: [extension.slice(1)] }] }),
    };
    const window = this.#window();
    const { canceled, filePath } = window
      ? await dialog.showSaveDialog(window, options)
      : await dialog.showSaveDialog(options);
    if (canceled || !filePath) return null;
    return extension === '' || filePath.toLowerCase().endsWith(extension) ? filePath : `${filePath}${extension}`;
  }
}
