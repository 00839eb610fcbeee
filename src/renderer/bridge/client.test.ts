import { afterEach, describe, expect, it } from 'vitest';
import type { StudioBridge } from '@contracts/ipc';
import { AppError } from '@core/errors';
import { createStudioClient } from './client';
import type { PortHost } from './client';

interface Main {
  readonly bridge: StudioBridge;
  readonly host: PortHost;
  answer: unknown;
  send(event: string, payload: unknown): void;
  handOver(port: MessagePort): void;
}

function aMain(): Main {
  let emit: (event: string, payload: unknown) => void = () => undefined;
  let onMessage: (event: MessageEvent) => void = () => undefined;
  const main: Main = {
    answer: null,
    bridge: {
      platform: 'linux',
      invoke: () => Promise.resolve(main.answer),
      importFiles: () => Promise.resolve(main.answer),
      readRecipes: () => Promise.reject(new Error('not in this test')),
      subscribe: (listener) => {
        emit = listener;
        return () => undefined;
      },
    },
    host: { addEventListener: (_type, listener) => (onMessage = listener) },
    send: (event, payload) => emit(event, payload),
    handOver: (port) =>
      onMessage(new MessageEvent('message', { data: { type: 'studio:preview-port' }, ports: [port] })),
  };
  return main;
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

describe('the bridge client', () => {
  it('answers with the parsed value', async () => {
    const main = aMain();
    const client = createStudioClient(main.bridge, main.host);
    main.answer = { ok: true, value: { count: 3, limit: 32, keptChars: 9, extra: 'dropped' } };
    const input = { modelId: 'toy', text: 'a red one' };
    expect(await client.invoke('models.tokens', input)).toEqual({ count: 3, limit: 32, keptChars: 9 });
  });

  it('reads an answer that comes as JSON', async () => {
    const main = aMain();
    const client = createStudioClient(main.bridge, main.host);
    main.answer = { ok: true, value: null, text: JSON.stringify({ count: 3, limit: 32, keptChars: 9 }) };
    const input = { modelId: 'toy', text: 'a red one' };
    expect(await client.invoke('models.tokens', input)).toEqual({ count: 3, limit: 32, keptChars: 9 });
  });

  it('takes a film as main has parsed it, and nothing else', async () => {
    const main = aMain();
    const client = createStudioClient(main.bridge, main.host);
    main.answer = { ok: true, value: null, text: JSON.stringify({ id: 'film', more: 1 }) };
    expect(await client.invoke('projects.open', { projectId: 'film' })).toEqual({ id: 'film', more: 1 });
    const tokens = client.invoke('models.tokens', { modelId: 'toy', text: '' });
    await expect(tokens).rejects.toMatchObject({ code: 'internal/bug' });
  });

  it('revives a failure with its code and remedy', async () => {
    const main = aMain();
    const client = createStudioClient(main.bridge, main.host);
    main.answer = {
      ok: false,
      error: { code: 'library/disk-full', message: 'the disk is full', detail: { remedy: 'Make room.' } },
    };
    await expect(client.invoke('projects.list', {})).rejects.toMatchObject({
      name: 'AppError',
      code: 'library/disk-full',
      detail: { remedy: 'Make room.' },
    });
  });

  it('calls an answer that breaks the contract a bug, naming the method and the field', async () => {
    const main = aMain();
    const client = createStudioClient(main.bridge, main.host);
    main.answer = { ok: true, value: { projects: [{ id: 7 }] } };
    await expect(client.invoke('projects.list', {})).rejects.toThrow(/^projects\.list answered: projects\.0\.id/);
    main.answer = 'no envelope';
    await expect(client.invoke('projects.list', {})).rejects.toBeInstanceOf(AppError);
  });

  it('parses events, drops broken ones, and stops when asked', () => {
    const main = aMain();
    const bugs: string[] = [];
    const client = createStudioClient(main.bridge, main.host, { onBug: (error) => bugs.push(error.message) });
    const heard: string[] = [];
    const stop = client.on('menu.action', ({ actionId }) => heard.push(actionId));
    main.send('menu.action', { actionId: 'edit.undo' });
    main.send('menu.action', { actionId: 3 });
    main.send('toString', {});
    stop();
    main.send('menu.action', { actionId: 'edit.redo' });
    expect(heard).toEqual(['edit.undo']);
    expect(bugs).toHaveLength(2);
  });

  it('takes previews from the newest port only', async () => {
    const main = aMain();
    const client = createStudioClient(main.bridge, main.host);
    const [first, second] = [new MessageChannel(), new MessageChannel()];
    ports.push(first.port1, first.port2, second.port1, second.port2);
    main.handOver(first.port2);
    main.handOver(second.port2);
    const steps: number[] = [];
    const arrived = new Promise<void>((resolve) => {
      client.onPreview((preview) => {
        steps.push(preview.step);
        if (preview.step === 2) resolve();
      });
    });
    const preview = { jobId: 'a', window: 0, steps: 24, width: 1, height: 1, indices: [0], rgb: new Uint8Array(3) };
    first.port1.postMessage({ ...preview, step: 1 });
    second.port1.postMessage({ ...preview, step: 2 });
    await arrived;
    expect(steps).toEqual([2]);
  });
});
