/** Set once from the bridge: decides how keys are printed. */
let platform = 'linux';

export function setPlatform(value: string): void {
  platform = value;
}

export function isMac(): boolean {
  return platform === 'darwin';
}
