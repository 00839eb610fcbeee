/** Words of the shared controls. */
export const strings = {
  close: 'Close',
  dismiss: 'Dismiss',
  resize: 'Resize panels',
  more: 'More',
  less: 'Less',
} as const;
