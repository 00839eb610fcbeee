/**
 * The environment handed to child processes: what the system's loader, temporary files and locale need, and our own
 * settings. Tokens, NODE_OPTIONS and the like stay with us.
 */
const passed = new Set([
  'PATH',
  'HOME',
  'USERPROFILE',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'SYSTEMROOT',
  'WINDIR',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'XDG_RUNTIME_DIR',
  'VK_ICD_FILENAMES',
  'VK_DRIVER_FILES',
]);

/**
 * glibc's own default, which it raises by itself unless it is given: then what opening a model has let go of stays with
 * the process. Other systems' allocators do not read it.
 */
const GIVE_MEMORY_BACK = { MALLOC_TRIM_THRESHOLD_: String(128 * 1024) };

export function childEnvironment(source: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const wanted = ([name]: [string, string | undefined]): boolean =>
    passed.has(name.toUpperCase()) || name.startsWith('ONIONSKIN_');
  return { ...GIVE_MEMORY_BACK, ...Object.fromEntries(Object.entries(source).filter(wanted)) };
}
