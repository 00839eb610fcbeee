/** Sounds that tests make themselves: WAV files of 16 bits, silence with clicks in it. */

/** @param samples −1 … 1, interleaved */
export function wavFile(samples: Float32Array, { rate = 48_000, channels = 1 } = {}): Uint8Array {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * channels * 2, 28);
  bytes.writeUInt16LE(channels * 2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((value, at) =>
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32_767), 44 + at * 2),
  );
  return bytes;
}

/** One channel: a burst of 5 ms at 1 kHz, at once loud, at each of the times. */
export function clicks(seconds: number, atSeconds: readonly number[], rate = 48_000): Float32Array {
  const samples = new Float32Array(Math.round(seconds * rate));
  for (const at of atSeconds) {
    const first = Math.round(at * rate);
    for (let i = 0; i < 0.005 * rate; i++) samples[first + i] = 0.9 * Math.cos((2 * Math.PI * 1000 * i) / rate);
  }
  return samples;
}
