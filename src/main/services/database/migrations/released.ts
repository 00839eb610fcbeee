/**
 * Every migration ever released, in order. Append only: a released one never changes (released.test.ts holds the hashes).
 */
import type { Migration } from '../migration';
import { projectsAndJournal } from './0001-projects-and-journal';
import { framesTakesMedia } from './0002-frames-takes-media';
import { jobsAndCalibration } from './0003-jobs-and-calibration';

export const releasedMigrations: readonly Migration[] = [projectsAndJournal, framesTakesMedia, jobsAndCalibration];
