/**
 * The studio's one window: sandboxed, dark from the first pixel, where it was when it was last closed.
 */
import { BrowserWindow, screen } from 'electron';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Language } from '@core/language';
import { origin } from './app-protocol';

const WindowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(400),
  height: z.int().min(300),
  isMaximized: z.boolean(),
});
type WindowState = z.infer<typeof WindowState>;

export interface WindowOptions {
  readonly preload: string;
  /** Where size and position are kept between runs. */
  readonly stateFile: string;
  readonly url: string;
}

/** The page in a language; it reads it before any word (renderer/language/language.ts). */
export function pageUrl(language: Language): string {
  return `${origin}/?language=${language}`;
}

export function createStudioWindow({ preload, stateFile, url }: WindowOptions): BrowserWindow {
  const state = loadState(stateFile);
  const window = new BrowserWindow({
    width: state?.width ?? 1440,
    height: state?.height ?? 920,
    ...(state && { x: state.x, y: state.y }),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Onionskin',
    backgroundColor: '#101113',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: true,
      // Playback and previews must not slow down when the window is covered.
      backgroundThrottling: false,
    },
  });
  if (state?.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => saveState(stateFile, window));
  void window.loadURL(url);
  return window;
}

/** null when there is none, it is unreadable, or it lies on a screen that is gone: the window then opens at its default. */
function loadState(file: string): WindowState | null {
  try {
    const state = WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
    const { workArea } = screen.getDisplayMatching(state);
    const isVisible =
      state.x < workArea.x + workArea.width - 100 &&
      state.x + state.width > workArea.x + 100 &&
      state.y >= workArea.y - 50;
    return isVisible ? state : null;
  } catch {
    return null;
  }
}

function saveState(file: string, window: BrowserWindow): void {
  try {
    writeFileSync(file, JSON.stringify({ ...window.getNormalBounds(), isMaximized: window.isMaximized() }));
  } catch {
    // Losing the window's place is not worth a word to the user on their way out.
  }
}
