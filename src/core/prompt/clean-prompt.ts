/**
 * The cleaning that Wan's pipelines give a prompt before it becomes tokens: HTML character references are resolved,
 * twice, and white space becomes single blanks. The named references are those of XML and the blank that does not break.
 * diffusers also repairs wrongly decoded text, where ftfy is installed; a typed prompt has none.
 * @see diffusers pipelines/wan/pipeline_wan.py: prompt_clean
 */
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const REFERENCE = /&(?:#(\d{1,7});?|#[xX]([0-9a-fA-F]{1,6});?|(amp|lt|gt|quot|nbsp);?|(apos);)/g;

export function cleanPrompt(text: string): string {
  return unescapeHtml(unescapeHtml(text)).replace(/\s+/g, ' ').trim();
}

function unescapeHtml(text: string): string {
  return text.replace(REFERENCE, (whole, decimal?: string, hex?: string, named?: string, apos?: string) => {
    const name = named ?? apos;
    if (name !== undefined) return NAMED[name] ?? whole;
    const point = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    return isCharacter(point) ? String.fromCodePoint(point) : '\ufffd';
  });
}

function isCharacter(point: number): boolean {
  return point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
}
