import { expect, test } from 'vitest';
import { FileNames, plainStem } from './file-names';

test('a name is given once, whatever its case', () => {
  const names = new FileNames();
  expect(['Ball', 'ball', 'Ball_2', 'Ball'].map((name) => names.give(name, '.mov'))).toEqual([
    'Ball.mov',
    'ball_2.mov',
    'Ball_2_2.mov',
    'Ball_3.mov',
  ]);
});

test.each([
  ['Über das Meer', 'Uber_das_Meer'],
  ['../../etc/passwd', 'etc_passwd'],
  ['a:b*c?"<>|d', 'a_b_c_d'],
  ['…', 'Clip'],
  ['風船', 'Clip'],
  ['CON', 'CON_'],
  ['x'.repeat(200), 'x'.repeat(60)],
])('%s is %s', (name, stem) => {
  expect(plainStem(name)).toBe(stem);
});

test('an ending that is there is not said twice', () => {
  expect(new FileNames().give('Sea.WAV', '.wav')).toBe('Sea.wav');
});
