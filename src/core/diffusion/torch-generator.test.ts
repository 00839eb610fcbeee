/**
 * Goldens were drawn with torch 2.13.0+cpu on an AVX2 machine; hashes are sha256 over the little-endian float32 bytes.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TorchGenerator } from './torch-generator';

const randnGoldens = [
  { seed: 0, count: 16, sha256: '7648137a31024642604465428f1598d06f595259ac993612918498d7cde9b70c' },
  { seed: 0, count: 17, sha256: '6d2169852e19b6d18ed57d5a11b37c14723e147e06b2b3868a4e6d8a30017923' },
  { seed: 0, count: 31, sha256: 'cc1d58695e923901dc919021e29d21d498584e19bf1ef18766f9b9fafe8ac0de' },
  { seed: 0, count: 64, sha256: 'e1275a785936ab2f402174ff3c60fb3b7367f0d6ee9dfce7a6ea1f8d41520484' },
  { seed: 0, count: 1000, sha256: '43678415636bbad8707b907c2158b274603a94669ce6edc89ca09e494538a54a' },
  { seed: 0, count: 9216, sha256: 'b5f69edf33829f42177e61ba021c814b286a5ae2701b61122468e18590db9a41' },
  { seed: 1, count: 16, sha256: '978a88ebb9e4ed7a6de9479f473b585d96ab8597281bbefe29121626a4142d63' },
  { seed: 1, count: 17, sha256: '9e976497df1a5075f4c5b44202da15cf3e2b518883881af8a93fe23e525271d4' },
  { seed: 1, count: 31, sha256: 'f631e15751bd9cc9f9fb54d0c442658a72a49941f97b8f70568de9560493d8b7' },
  { seed: 1, count: 64, sha256: '64afc030894f6f0465ac7f3391f0c2caade076e3dfd6860e237f11806fbf8557' },
  { seed: 1, count: 1000, sha256: '5107d171dce8fcf835a8fc445225823b0bea05ae73d20c620594990b632d6f5d' },
  { seed: 1, count: 9216, sha256: '0cf0666c8c3b0883366621fc7750d49deb6f9ff5e25ef22e2ef9f91fe6000979' },
  { seed: 42, count: 16, sha256: 'fc34b516db1204ac5504e9a714274f1068e6342fdddd0b2cde67221932271d34' },
  { seed: 42, count: 17, sha256: '2ae700cddb7c7bef2727381a13feed04c35ad67793a9695d51da507ac5c359f2' },
  { seed: 42, count: 31, sha256: '7f2252163c2b02a8096e490dd6230b7ce3a8556f689552a8e6e4d7bfc285dac4' },
  { seed: 42, count: 64, sha256: 'a0f3181735f59e84d9c4dd31ce41fd28f6a67f6ad9ed75d1e743f952e9447389' },
  { seed: 42, count: 1000, sha256: '13b35fb427f5f8d71b856b1b58bdb07f268a5b64691a92e3c6b62414637fabfd' },
  { seed: 42, count: 9216, sha256: '5e266886b042b4fd2e1e6c71003b6202b301ab9dc288cbb6e65751f9fb2658ca' },
  { seed: 4294967295, count: 16, sha256: '5082bfb7c3d4a4633d3a8d2a5a09405c112d498a25764aaee452d6d7b4ca8695' },
  { seed: 4294967295, count: 17, sha256: '65d795b9ee9e999e7276c85f6204cda317d86933411cba0224e4180217f01516' },
  { seed: 4294967295, count: 31, sha256: '25ee33208fdedc15f742005b0694af82a32346940f96a4ad31ec078e34f250c2' },
  { seed: 4294967295, count: 64, sha256: '21db4d05293093bd7f58ab1bf71d245ea170bcb9c0c9ac662e28ecab45e5517e' },
  { seed: 4294967295, count: 1000, sha256: 'bd567f33f1ae5735d86c5ae80316417a2538e8396a7d645a422f118bfed33163' },
  { seed: 4294967295, count: 9216, sha256: 'fe2211c029aa29258cc8315a957e712a0d25ebded9ae77ca68d3e18abc6bf403' },
];

const floats = (values: readonly number[]): number[] => Array.from(new Float32Array(values));

describe('TorchGenerator', () => {
  test.each(randnGoldens)("randn($count) of seed $seed is torch's, bit for bit", ({ seed, count, sha256 }) => {
    const values = new TorchGenerator(seed).randn(count);
    expect(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')).toBe(sha256);
  });

  test('fewer than 16 normals come from the scalar path', () => {
    expect(Array.from(new TorchGenerator(0).randn(15))).toEqual(
      floats([
        1.5409960746765137, -0.293428897857666, -2.1787893772125244, 0.5684312582015991, -1.0845223665237427,
        -1.3985954523086548, 0.40334683656692505, 0.8380263447761536, -0.7192575931549072, -0.40334352850914,
        -0.5966353416442871, 0.18203648924827576, -0.8566746115684509, 1.1006041765213013, -1.0711873769760132,
      ]),
    );
  });

  test('only the low 32 bits of a seed count, as in torch', () => {
    expect(new TorchGenerator(2 ** 32 + 42).randn(64)).toEqual(new TorchGenerator(42).randn(64));
  });

  test('a mixed sequence of draws stays in step with torch, spare normal included', () => {
    const generator = new TorchGenerator(7);
    const drawn = {
      a: Array.from(generator.randn(3)),
      b: Array.from(generator.randn(40)).slice(-3),
      c: Array.from(generator.randn(2)),
      perm: Array.from(generator.randperm(10)),
      u: Array.from(generator.rand(5)),
      i: Array.from(generator.randint(0, 1000, 4)),
      i2: Array.from(generator.randint(-5, 6, 4)),
    };
    expect(drawn).toEqual({
      a: floats([-0.1467950940132141, 0.7861412763595581, 0.9468216300010681]),
      b: floats([-0.38218432664871216, -0.3552660346031189, 0.7541925311088562]),
      c: floats([-1.1143440008163452, -0.9837260246276855]),
      perm: [2, 6, 5, 0, 9, 3, 4, 8, 1, 7],
      u: floats([0.5352306365966797, 0.6685574650764465, 0.37807297706604004, 0.9277898669242859, 0.09219175577163696]),
      i: [531, 555, 211, 969],
      i2: [3, -5, -3, -5],
    });
  });

  test('a saved state goes on with the very numbers that would have come', () => {
    const generator = new TorchGenerator(3);
    generator.randn(5);
    const copy = TorchGenerator.fromState(
      JSON.parse(JSON.stringify(generator.state())) as ReturnType<TorchGenerator['state']>,
    );
    expect([copy.randn(1), copy.randn(700), copy.randperm(20)]).toEqual([
      generator.randn(1),
      generator.randn(700),
      generator.randperm(20),
    ]);
  });

  test.each([-1, 1.5, Number.NaN, Infinity])('seed %s is a bug, not a silent zero', (seed) => {
    expect(() => new TorchGenerator(seed)).toThrow('seed must be a whole number');
  });
});
