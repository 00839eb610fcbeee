/**
 * Every migration ever released, in order. Append only: a released one never changes (released.test.ts holds the hashes).
 */
import type { Migration } from '../migration';
import { projectsAndJournal } from './0001-projects-and-journal';
import { framesTakesMedia } from './0002-frames-takes-media';
import { jobsAndCalibration } from './0003-jobs-and-calibration';
import { pausedJobs } from './0004-paused-jobs';
import { runHistory } from './0005-run-history';
import { appSettings } from './0006-app-settings';
import { draftKeys } from './0007-draft-keys';
import { sounds } from './0008-sounds';
import { versionsAndArchive } from './0009-versions-and-archive';
import { runReports } from './0010-run-reports';
import { footage } from './0011-footage';
import { linkedMedia } from './0012-linked-media';
import { trashedTakes } from './0013-trashed-takes';

export const releasedMigrations: readonly Migration[] = [
  projectsAndJournal,
  framesTakesMedia,
  jobsAndCalibration,
  pausedJobs,
  runHistory,
  appSettings,
  draftKeys,
  sounds,
  versionsAndArchive,
  runReports,
  footage,
  linkedMedia,
  trashedTakes,
];
