/** What ffprobe says of a file: streams, format, packets. */
import { AppError } from '@core/errors';
import { collect } from './child';
import { findFfprobe } from './find-ffmpeg';

/** ffprobe's JSON for a file: streams and format. @throws AppError media/unreadable */
export async function probeFile(
  path: string,
  options: { readonly countPackets?: boolean; readonly formats?: string; readonly signal?: AbortSignal } = {},
): Promise<ProbeResult> {
  const { path: ffprobe } = await findFfprobe();
  const count = options.countPackets === true ? ['-count_packets'] : [];
  const formats = options.formats === undefined ? [] : ['-format_whitelist', options.formats];
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file,pipe', ...formats, ...count],
    ...['-show_streams', '-show_format', '-of', 'json', `file:${path}`],
  ];
  try {
    const { stdout } = await collect(ffprobe, args, {
      limitBytes: 16 << 20,
      ...(options.signal && { signal: options.signal }),
    });
    // ffprobe's own output: absent fields stay undefined and are checked where they are used.
    return JSON.parse(stdout.toString('utf8')) as ProbeResult;
  } catch (error) {
    if (error instanceof AppError && error.code === 'cancelled') throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'media/unreadable',
      `${path} cannot be read as film or picture: ${message}`,
      { value: path, remedy: 'Check that the file plays elsewhere.' },
      error,
    );
  }
}

export interface ProbePacket {
  readonly pts: number;
  /** 0 = not said. */
  readonly duration: number;
}

/** Every packet, with a time, of the first picture stream that is no cover; the file is read from end to end. @throws AppError media/unreadable */
export async function probePackets(
  path: string,
  options: { readonly formats: string; readonly signal?: AbortSignal },
): Promise<ProbePacket[]> {
  const { path: ffprobe } = await findFfprobe();
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file,pipe', '-format_whitelist', options.formats],
    ...['-select_streams', 'V:0', '-show_entries', 'packet=pts,duration', '-of', 'csv=p=0', `file:${path}`],
  ];
  const { stdout } = await collect(ffprobe, args, {
    limitBytes: 256 << 20,
    ...(options.signal && { signal: options.signal }),
  });
  return stdout
    .toString('latin1')
    .split('\n')
    .map((line) => line.split(','))
    .filter(([pts]) => /^-?\d+$/.test(pts ?? ''))
    .map(([pts, duration]) => ({ pts: Number(pts), duration: Number(duration) || 0 }));
}

export interface ProbeStream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly pix_fmt?: string;
  readonly sample_aspect_ratio?: string;
  readonly field_order?: string;
  readonly time_base?: string;
  readonly start_pts?: number;
  readonly duration_ts?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly side_data_list?: readonly { readonly rotation?: number }[];
  /** 1 for a cover picture. */
  readonly disposition?: { readonly attached_pic?: number };
  readonly width?: number;
  readonly height?: number;
  readonly r_frame_rate?: string;
  readonly avg_frame_rate?: string;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly nb_frames?: string;
  readonly nb_read_packets?: string;
  readonly duration?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly color_primaries?: string;
}

export interface ProbeResult {
  readonly streams?: readonly ProbeStream[];
  readonly format?: {
    readonly format_name?: string;
    readonly start_time?: string;
    readonly duration?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
}
