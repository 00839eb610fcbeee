/**
 * torch's CPU random numbers, bit for bit: a seed gives the noise that the same seed gives in PyTorch on x86-64.
 *
 * Source of numbers: MT19937 seeded with the low 32 bits. `randn` of 16 or more values follows ATen's AVX2 normal fill
 * (Box–Muller in blocks of 16 with the Cephes polynomials of avx_mathfun.h, zlib licence, and GCC's fused multiply-adds);
 * fewer values follow the scalar double path, which keeps its second normal for the next small draw.
 * Math.log and Math.cos would differ in the last bits in a third of all values, so they are not used there.
 */
import { assert } from '../errors';

const N = 624;
const M = 397;
const SMALL_DRAW = 16;

/** Everything a generator needs to go on where it was: plain data, safe to store as JSON. */
export interface TorchGeneratorState {
  /** 624 unsigned 32-bit words. */
  readonly words: readonly number[];
  /** Next word to be read, 0 … 624; 624 = regenerate first. */
  readonly next: number;
  /** The second normal of the last small draw, not yet handed out. */
  readonly spareNormal: number | null;
}

export class TorchGenerator {
  readonly #words = new Uint32Array(N);
  #next = N;
  #spareNormal: number | null = null;

  /** @param seed integer ≥ 0; torch's MT19937 uses its low 32 bits */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, `seed must be a whole number ≥ 0, got ${seed}`);
    const words = this.#words;
    words[0] = seed % 2 ** 32;
    for (let i = 1; i < N; i++) {
      const previous = at(words, i - 1);
      words[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  static fromState(state: TorchGeneratorState): TorchGenerator {
    assert(state.words.length === N && state.next >= 0 && state.next <= N, 'not a generator state');
    const generator = new TorchGenerator(0);
    generator.#words.set(state.words);
    generator.#next = state.next;
    generator.#spareNormal = state.spareNormal;
    return generator;
  }

  state(): TorchGeneratorState {
    return { words: Array.from(this.#words), next: this.#next, spareNormal: this.#spareNormal };
  }

  /** One uniform 32-bit word. */
  random(): number {
    if (this.#next === N) this.#regenerate();
    let y = at(this.#words, this.#next++);
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** torch.rand(count): float32 in [0, 1), 24 bits each. */
  rand(count: number): Float32Array {
    return this.#fillUniform(new Float32Array(count), 0, count);
  }

  /** torch.randint(low, high, (count,)): integers in [low, high). */
  randint(low: number, high: number, count: number): Int32Array {
    const range = high - low;
    assert(range > 0 && range < 2 ** 31, `randint needs low < high, got [${low}, ${high})`);
    return Int32Array.from({ length: count }, () => (this.random() % range) + low);
  }

  /** torch.randperm(count). */
  randperm(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const j = i + (this.random() % (count - i));
      const kept = at(order, i);
      order[i] = at(order, j);
      order[j] = kept;
    }
    return order;
  }

  /**
   * torch.randn(…) of `count` values in all, contiguous float32. The shape does not matter, only the count does.
   * @see pytorch aten/src/ATen/native/cpu/DistributionTemplates.h, normal_fill_AVX2
   */
  randn(count: number): Float32Array {
    const values = new Float32Array(count);
    if (count < SMALL_DRAW) {
      for (let i = 0; i < count; i++) values[i] = this.#smallNormal();
      return values;
    }
    this.#fillUniform(values, 0, count);
    for (let i = 0; i + SMALL_DRAW <= count; i += SMALL_DRAW) normalsInPlace(values, i);
    if (count % SMALL_DRAW !== 0) {
      // torch draws the last 16 slots again, over some of what the blocks before have made.
      const from = count - SMALL_DRAW;
      this.#fillUniform(values, from, count);
      normalsInPlace(values, from);
    }
    return values;
  }

  #fillUniform(values: Float32Array, from: number, to: number): Float32Array {
    for (let i = from; i < to; i++) values[i] = (this.random() & 0xffffff) * 2 ** -24;
    return values;
  }

  #smallNormal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    const angle = 2 * Math.PI * this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.#uniform53()));
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  #uniform53(): number {
    const high = this.random();
    const low = this.random();
    return ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53;
  }

  #regenerate(): void {
    const words = this.#words;
    for (let i = 0; i < N; i++) {
      const mixed = (at(words, i) & 0x80000000) | (at(words, (i + 1) % N) & 0x7fffffff);
      words[i] = at(words, (i + M) % N) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** Indices here are in range by construction; the assertion-free read keeps the inner loops fast. */
function at(values: Uint32Array | Int32Array | Float32Array, index: number): number {
  return values[index] ?? 0;
}

const f = Math.fround;
/** A fused multiply-add on float32: the product of two float32 is exact in a double. */
const fma = (a: number, b: number, c: number): number => f(a * b + c);

const SQRT_HALF = f(Math.SQRT1_2);
const LOG_P = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const LOG_Q1 = f(-2.1219444e-4);
const LOG_Q2 = f(0.693359375);
const FOUR_OVER_PI = f(1.27323954473516);
const DP1 = f(-0.78515625);
const DP2 = f(-2.4187564849853516e-4);
const DP3 = f(-3.774894977445941e-8);
const SIN_0 = f(-1.9515295891e-4);
const SIN_1 = f(8.3321608736e-3);
const SIN_2 = f(-1.6666654611e-1);
const COS_0 = f(2.443315711809948e-5);
const COS_1 = f(-1.388731625493765e-3);
const COS_2 = f(4.166664568298827e-2);
const TWO_PI = f(2 * Math.PI);

const oneFloat = new Float32Array(1);
const oneWord = new Uint32Array(oneFloat.buffer);

/** Turns 16 uniforms at `from` into 16 normals: pairs (j, j + 8). */
function normalsInPlace(values: Float32Array, from: number): void {
  for (let j = from; j < from + 8; j++) {
    const radius = f(Math.sqrt(f(-2 * logFloat(f(1 - at(values, j))))));
    const angle = f(TWO_PI * at(values, j + 8));
    const { sin, cos } = sinCosFloat(angle);
    values[j] = f(radius * cos);
    values[j + 8] = f(radius * sin);
  }
}

/** avx_mathfun's log256_ps for 0 < x ≤ 1. */
function logFloat(x: number): number {
  oneFloat[0] = x;
  const bits = at(oneWord, 0);
  let exponent = (bits >>> 23) - 126;
  oneWord[0] = (bits & 0x807fffff) | 0x3f000000;
  const mantissa = at(oneFloat, 0);
  let m = f(mantissa - 1);
  if (mantissa < SQRT_HALF) {
    exponent -= 1;
    m = f(m + mantissa);
  }
  const square = f(m * m);
  let y = LOG_P[0] ?? 0;
  for (let i = 1; i < LOG_P.length; i++) y = fma(y, m, LOG_P[i] ?? 0);
  y = f(y * m);
  y = fma(y, square, f(exponent * LOG_Q1));
  y = f(y - square * 0.5);
  return fma(exponent, LOG_Q2, f(m + y));
}

/** avx_mathfun's sincos256_ps for x ≥ 0. */
function sinCosFloat(angle: number): { sin: number; cos: number } {
  const octant = (Math.trunc(f(angle * FOUR_OVER_PI)) + 1) & ~1;
  const x = fma(octant, DP3, fma(octant, DP2, fma(octant, DP1, angle)));
  const square = f(x * x);
  let c = fma(fma(COS_0, square, COS_1), square, COS_2);
  c = f(f(c * square) * square - f(square * 0.5));
  c = f(c + 1);
  let s = f(fma(fma(SIN_0, square, SIN_1), square, SIN_2) * square);
  s = fma(s, x, x);
  const isSwapped = (octant & 2) !== 0;
  const sin = isSwapped ? c : s;
  const cos = isSwapped ? s : c;
  return { sin: (octant & 4) !== 0 ? -sin : sin, cos: ((octant - 2) & 4) === 0 ? -cos : cos };
}
