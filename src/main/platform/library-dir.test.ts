import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultLibraryDir } from './library-dir';

describe('defaultLibraryDir', () => {
  it.each([
    ['linux', {}, '/home/a/.local/share/onionskin/library'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/onionskin/library'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/a/.local/share/onionskin/library'],
    ['darwin', {}, '/home/a/Library/Application Support/Onionskin/library'],
    ['win32', { LOCALAPPDATA: '/home/a/L' }, '/home/a/L/Onionskin/library'],
    ['win32', {}, '/home/a/AppData/Local/Onionskin/library'],
  ] as const)('follows the convention of %s with %o', (platform, env, dir) => {
    expect(defaultLibraryDir({ platform, env, home: '/home/a' }).replaceAll('\\', '/')).toBe(dir);
  });

  it('is the folder the person names, wherever that is', () => {
    expect(defaultLibraryDir({ env: { ONIONSKIN_LIBRARY: 'mine' }, platform: 'linux', home: '/home/a' })).toBe(
      resolve('mine'),
    );
    expect(defaultLibraryDir({ env: { ONIONSKIN_LIBRARY: '' }, platform: 'linux', home: '/home/a' })).toBe(
      '/home/a/.local/share/onionskin/library',
    );
  });
});
