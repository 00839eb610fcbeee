/**
 * The bridge between the sandboxed page and main. It exposes four functions and no Electron object: what may be asked
 * is decided by the contract, which main parses. Paths of dropped files are read here and never shown to the page.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { channels, type StudioBridge } from '@contracts/ipc';

const bridge: StudioBridge = {
  platform: process.platform,
  invoke: (method, input) => ipcRenderer.invoke(channels.invoke, method, input),
  subscribe(listener) {
    const forward = (_: unknown, event: string, payload: unknown): void => listener(event, payload);
    ipcRenderer.on(channels.event, forward);
    return () => ipcRenderer.off(channels.event, forward);
  },
  importFiles: (projectId, files) =>
    ipcRenderer.invoke(
      channels.importFiles,
      projectId,
      files.map((file) => webUtils.getPathForFile(file)),
    ),
  readRecipes: (file) => ipcRenderer.invoke(channels.readRecipes, webUtils.getPathForFile(file)),
};

contextBridge.exposeInMainWorld('studio', bridge);

// A MessagePort cannot pass through contextBridge; the page listens for this message once and keeps the port.
ipcRenderer.on(channels.previewPort, (event) => {
  window.postMessage({ type: channels.previewPort }, window.location.origin, event.ports);
});
