/** One shape per state, so that a state is never told by colour alone. */
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import CirclePause from '@lucide/svelte/icons/circle-pause';
import CircleStop from '@lucide/svelte/icons/circle-stop';
import Clock from '@lucide/svelte/icons/clock';
import LoaderCircle from '@lucide/svelte/icons/loader-circle';
import type { JobState } from '@contracts/job';

export const jobIcons = {
  queued: Clock,
  running: LoaderCircle,
  paused: CirclePause,
  interrupted: CircleDashed,
  done: CircleCheck,
  failed: CircleAlert,
  cancelled: CircleStop,
} as const satisfies Record<JobState, unknown>;
