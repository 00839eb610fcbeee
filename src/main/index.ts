/**
 * Entry of the Electron app. The command line has its own entry, shells/headless/cli.ts, in plain Node.
 */
import { startStudio } from './shells/electron/lifecycle';

startStudio();
