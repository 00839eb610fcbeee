/**
 * The smallest useful ONNX model, written out by hand: y = MatMul(x, x) for square x, float32.
 * It is built here, field by field, so that the repository holds no binary whose source is elsewhere.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the field numbers
 */

const FLOAT = 1;

/** Numbers to check a provider by: input `x` of shape [2, 2] gives `y`. */
export const probeInput = Float32Array.from([1, 2, 3, 4]);
export const probeOutput = Float32Array.from([7, 10, 15, 22]);

/** @param size rows and columns */
export function probeGraph(size: number): Uint8Array {
  const tensor = message([
    [1, FLOAT],
    [
      2,
      message([
        [1, message([[1, size]])],
        [1, message([[1, size]])],
      ]),
    ],
  ]);
  const valueInfo = (name: string): Uint8Array =>
    message([
      [1, name],
      [2, message([[1, tensor]])],
    ]);
  const node = message([
    [1, 'x'],
    [1, 'x'],
    [2, 'y'],
    [4, 'MatMul'],
  ]);
  const graph = message([
    [1, node],
    [2, 'probe'],
    [11, valueInfo('x')],
    [12, valueInfo('y')],
  ]);
  const opset = message([
    [1, ''],
    [2, 13],
  ]);
  return message([
    [1, 8],
    [7, graph],
    [8, opset],
  ]);
}

/** One protobuf message: numbers as varints, strings and messages with their length before them. */
function message(fields: readonly (readonly [number, number | string | Uint8Array])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [field, value] of fields) {
    if (typeof value === 'number') {
      bytes.push(...varint(field << 3), ...varint(value));
    } else {
      const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      bytes.push(...varint((field << 3) | 2), ...varint(content.length), ...content);
    }
  }
  return Uint8Array.from(bytes);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}
