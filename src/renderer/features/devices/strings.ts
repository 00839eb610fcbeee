/** Words about where runs are computed. */
import { inLanguage, type Translation } from '../../language/language';
import { de } from './strings.de';

const en = {
  title: 'Device',
  choose: 'Runs are computed on',
  auto: 'Automatic',
  looking: 'Trying the devices of this machine…',
  works: 'works',
  inUse: (name: string, why: string) => `New runs: ${name}. ${why}`,
  refused: (name: string, reason: string) => `${name}: ${reason}`,
  cuda: 'CUDA’s libraries do not come with the studio.',
  cudaSize: (size: string, host: string) => `Fetching them takes ${size} from ${host}.`,
  cudaUnknown: (host: string, problem: string) => `${host} cannot be reached: ${problem}`,
  fetch: 'Fetch CUDA',
  fetchSize: (size: string) => `Fetch CUDA (${size})`,
  fetching: 'Fetching CUDA’s libraries…',
  fetched: 'CUDA’s libraries are installed',
} as const;

export type Strings = Translation<typeof en>;
export const strings: Strings = inLanguage(en, { de });
