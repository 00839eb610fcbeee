/**
 * Joins the engine and the page by a MessagePort, so that previews never pass through main. A port lives as long as both
 * ends: a new engine or a reloaded page gets a new one.
 */
import { MessageChannelMain, type BrowserWindow, type UtilityProcess } from 'electron';
import { channels } from '@contracts/ipc';

export class PreviewPorts {
  readonly #window: () => BrowserWindow | null;
  #engine: UtilityProcess | null = null;

  constructor(window: () => BrowserWindow | null) {
    this.#window = window;
  }

  engineStarted(engine: UtilityProcess): void {
    this.#engine = engine;
    engine.once('exit', () => {
      if (this.#engine === engine) this.#engine = null;
    });
    this.connect();
  }

  connect(): void {
    const window = this.#window();
    if (!this.#engine || !window || window.isDestroyed() || window.webContents.isLoading()) return;
    const { port1, port2 } = new MessageChannelMain();
    this.#engine.postMessage({ type: 'preview-port' }, [port1]);
    window.webContents.postMessage(channels.previewPort, null, [port2]);
  }
}
