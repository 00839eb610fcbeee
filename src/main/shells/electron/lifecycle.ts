/**
 * The studio's life in Electron: one instance, one library, one window. Services first, window second; on the way out
 * the running job becomes `interrupted` and the library is closed (the journal is on disk already).
 */
import { app, BrowserWindow, dialog, Notification, session } from 'electron';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@core/errors';
import { languageOf, type Language } from '@core/language';
import { INTERFACE_SETTING, InterfaceSetting } from '@contracts/settings';
import type { Studio, StudioEvents } from '@main/studio';
import type { Log } from '@main/platform/log';
import { registerScheme, serveStudio } from './app-protocol';
import { signalToDesk, type Desk } from './desk-signals';
import { createHandlers, importAll } from './handlers';
import { isStudioUrl, sendEvent, serveContract } from './ipc';
import { installMenu, MenuKeys } from './menu';
import { openStudioForWindow } from './open-studio';
import { PreviewPorts } from './preview-ports';
import { denyNavigation, denyPermissions } from './security';
import { shellWords } from './strings';
import { installTextMenu } from './text-menu';
import { createStudioWindow, pageUrl } from './window';

/** `out`: this file is built into out/main, with preload and renderer beside it. */
const outDir = path.resolve(import.meta.dirname, '..');

export function startStudio(): void {
  // Tests, and people who want several studios, give each its own user data folder and so its own lock.
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write('onionskin: the studio is open already; its window comes to the front\n');
    app.quit();
    return;
  }
  app.on('second-instance', comeToFront);
  app.on('window-all-closed', () => app.quit());
  registerScheme();
  denyNavigation(app, isStudioUrl);
  app.whenReady().then(run).catch(refuse);
}

async function run(): Promise<void> {
  const previews = new PreviewPorts(currentWindow);
  const { studio, log, onnxruntimeVersion } = await openStudioForWindow({ outDir, previews });
  closeBeforeQuit(studio);
  denyPermissions(session.defaultSession);
  serveStudio({
    rendererDir: path.join(outDir, 'renderer'),
    frameFile: (hash) => studio.frames.pathOf(hash),
    mediaFile: (id) => studio.media.pathOf(id),
    peaksFile: (id) => studio.media.peaksFile(id),
    poster: (id) => studio.footage.poster(id),
    footagePicture: (id, at, signal) => studio.footage.picture(id, at, signal),
    soundSamples: (id, speed, signal) => studio.media.samples(id, speed, signal),
  });
  serveContract({
    handlers: createHandlers({
      studio,
      onnxruntimeVersion,
      window: currentWindow,
      words: () => shellWords(languageIn(studio)),
      onSetting: (key) => followSetting(studio, key),
    }),
    importFiles: async (projectId, files) => ({ media: await importAll(studio, projectId, files) }),
    readRecipes: async (file) => ({ file: await studio.recipes.read(file) }),
    isOwnUrl: isStudioUrl,
    log,
  });
  forwardEvents(studio);
  signalToDesk(studio, desk, () => shellWords(languageIn(studio)));
  showMenu(studio);
  openWindow(studio, previews, log);
  app.on('activate', () => {
    if (currentWindow() === null) openWindow(studio, previews, log);
  });
}

/** Written by the page whenever the artist's keys change. */
const MENU_SETTING = 'menu.keys';

function followSetting(studio: Studio, key: string): void {
  const window = currentWindow();
  if (key === MENU_SETTING) showMenu(studio);
  if (key !== INTERFACE_SETTING || window === null) return;
  window.webContents.setZoomFactor(interfaceOf(studio).scale);
  // Words are read once, when the page loads; all that is on screen is in the library.
  if (window.webContents.getURL() === pageUrl(languageIn(studio))) return;
  showMenu(studio);
  void window.loadURL(pageUrl(languageIn(studio)));
}

/** The defaults where nothing was chosen, or nothing that can be read. */
function interfaceOf(studio: Studio): InterfaceSetting {
  const kept = InterfaceSetting.safeParse(studio.settings.get(INTERFACE_SETTING) ?? {});
  return kept.success ? kept.data : InterfaceSetting.parse({});
}

function languageIn(studio: Studio): Language {
  return languageOf(interfaceOf(studio).language, app.getLocale());
}

function showMenu(studio: Studio): void {
  const keys = MenuKeys.safeParse(studio.settings.get(MENU_SETTING));
  installMenu(
    (actionId) => sendEvent(currentWindow(), 'menu.action', { actionId }),
    keys.success ? keys.data : {},
    shellWords(languageIn(studio)),
  );
}

function currentWindow(): BrowserWindow | null {
  return BrowserWindow.getAllWindows()[0] ?? null;
}

function comeToFront(): void {
  const window = currentWindow();
  if (window?.isMinimized()) window.restore();
  window?.focus();
}

function openWindow(studio: Studio, previews: PreviewPorts, log: Log): void {
  const userData = app.getPath('userData');
  mkdirSync(userData, { recursive: true });
  const window = createStudioWindow({
    preload: path.join(outDir, 'preload/index.cjs'),
    stateFile: path.join(userData, 'window.json'),
    url: pageUrl(languageIn(studio)),
  });
  installTextMenu(window, () => shellWords(languageIn(studio)));
  // A page that loads has the zoom of its origin: asked for again each time.
  window.webContents.on('dom-ready', () => window.webContents.setZoomFactor(interfaceOf(studio).scale));
  window.webContents.on('did-finish-load', () => previews.connect());
  window.webContents.on('render-process-gone', (_event, details) => {
    log.error("the page's process ended", { area: 'shell', reason: details.reason });
    // The journal holds everything that was on screen; a fresh page reads it.
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.reload();
  });
}

function forwardEvents(studio: Studio): void {
  const forward = <E extends keyof StudioEvents>(event: E): void => {
    // StudioEvents and the contract's events of the same name have the same payload; readonly arrays aside.
    studio.on(event, (payload) => sendEvent(currentWindow(), event, payload as never));
  };
  forward('jobs.changed');
  forward('jobs.progress');
  forward('jobs.frames');
  forward('bundle.progress');
  forward('library.progress');
  forward('export.progress');
  forward('conform.progress');
  forward('takes.added');
  forward('media.added');
}

const desk: Desk = {
  // Electron's −1 takes the bar away.
  showProgress: (fraction) => currentWindow()?.setProgressBar(fraction ?? -1),
  isInFront: () => currentWindow()?.isFocused() ?? false,
  notify: (title, body) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', comeToFront);
    notification.show();
  },
};

function closeBeforeQuit(studio: Studio): void {
  let isClosed = false;
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    void studio.close().finally(() => {
      isClosed = true;
      app.quit();
    });
  });
}

/** The library could not be opened: say why and what to do, in words, and leave everything as it is. */
function refuse(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof AppError ? (error.detail.remedy ?? '') : '';
  process.stderr.write(`onionskin: ${message}${remedy === '' ? '' : `\n  ${remedy}`}\n`);
  // Cancelled: the artist was asked already, and chose to leave.
  const isKnown = error instanceof AppError && error.code === 'cancelled';
  if (!isKnown && !process.env['ONIONSKIN_NO_DIALOGS'])
    dialog.showErrorBox('Onionskin cannot start', `${message}\n\n${remedy}`);
  app.exit(1);
}
