/** Words of the command palette. */
export const strings = {
  title: 'Search commands',
  placeholder: 'What do you want to do?',
  results: 'Commands',
  recent: 'Recent',
  all: 'All commands',
  none: 'No command matches.',
  needsProject: 'Open a project first',
  notNow: 'Not possible right now',
} as const;
