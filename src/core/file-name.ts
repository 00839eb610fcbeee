/**
 * A name as people wrote it, as the name of a file or folder on any system: without what Windows, macOS or Linux refuse, of
 * a length that leaves room for an ending. For files that other editing programs must find again interchange/file-names.ts
 * is stricter.
 */
const LENGTH_MAX = 120;
/** Names of devices, which Windows gives to no file. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** @param otherwise what a name of nothing but refused characters becomes */
export function plainFileName(name: string, otherwise = 'onionskin'): string {
  const plain = [...name.replace(/[<>:"/\\|?*\p{Cc}]+/gu, ' ').replace(/\s+/g, ' ')]
    .slice(0, LENGTH_MAX)
    .join('')
    .replace(/^\s+|[. ]+$/g, '');
  if (plain === '') return otherwise;
  return RESERVED.test(plain) ? `${plain}_` : plain;
}
