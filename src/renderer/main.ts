/**
 * Entry of the window: connects the bridge that preload exposes with the state, and mounts the interface.
 */
import './bridge/zod-config';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './app.css';
import { mount } from 'svelte';
import type { StudioBridge } from '@contracts/ipc';
import App from './App.svelte';
import { createStudioClient } from './bridge/client';
import { language } from './language/language';
import { AppState } from './state/app.svelte';

declare global {
  interface Window {
    readonly studio: StudioBridge;
  }
}

const app: AppState = new AppState(
  createStudioClient(window.studio, window, { onBug: (error) => app.showError(error) }),
);

document.documentElement.lang = language;

const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { app } });
