/** Entry of the gallery: the studio's page on the scene that the address names. Never part of the built studio. */
import '../bridge/zod-config';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '../app.css';
import { mount } from 'svelte';
import App from '../App.svelte';
import { createStudioClient } from '../bridge/client';
import { AppState } from '../state/app.svelte';
import { bridgeOf } from './scene';
import { scenes } from './scenes';

const name = new URL(location.href).searchParams.get('scene') ?? '';
const scene = scenes[name];
const target = document.getElementById('app');
if (scene === undefined || target === null)
  throw new Error(`no scene "${name}"; there are ${Object.keys(scenes).join(', ')}`);

// What the window remembers is not to lead from one scene into the next.
localStorage.clear();
const bridge = bridgeOf(scene);
// A breach of the contract is a fault of the scene: the test fails on any error the page logs.
const client = createStudioClient(bridge, window, { onBug: (error) => reportError(error) });
const app: AppState = new AppState(client);
mount(App, { target, props: { app } });

const isUp = (): boolean => app.screen !== 'loading';
const timer = setInterval(() => {
  if (!isUp()) return;
  clearInterval(timer);
  void Promise.resolve(scene.then?.({ app, send: bridge.send })).then(() => {
    document.body.dataset['scene'] = name;
    document.body.dataset['screen'] = app.screen;
  });
}, 20);
