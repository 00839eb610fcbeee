/** Words of the prompt field. */
export const strings = {
  prompt: 'Prompt',
  placeholder: 'What should be seen? For example: a red ball rising over a green meadow',
  block: (index: number, total: number) => `Block ${index} of ${total}`,
  frames: (from: number, to: number) => `frames ${from}–${to}`,
  previous: 'Previous prompt block',
  next: 'Next prompt block',
  edit: 'Edit prompt',
  tokens: (count: number, limit: number) => `${count} / ${limit} tokens`,
  cutOff: 'The model reads no further than this; the rest is cut off:',
  addBlock: 'Write a prompt',
  noBlock: 'This shot has no prompt block.',
  negative: 'Avoid',
  negativePlaceholder: 'What should not be seen',
  negativeEdit: 'Edit negative prompt',
} as const;
