import { describe, expect, test } from 'vitest';
import { cameraMoveOf, cameraMoves, cameraPaces, withCameraMove } from './camera-moves';
import { curveParameters } from './parameters';

const pocket = { width: 128, height: 128, rate: { num: 8, den: 1 } };
const film = { width: 1280, height: 720, rate: { num: 24000, den: 1001 } };

describe("a camera's usual moves", () => {
  test('are as fast in a second whatever the rate, and go with the size of the picture', () => {
    expect(withCameraMove(pocket, { name: 'panRight', pace: 'fast' })).toEqual({
      panX: [{ frame: 0, value: -8, ease: 'linear' }],
    });
    const panX = withCameraMove(film, { name: 'panLeft', pace: 'medium' })?.panX?.[0]?.value ?? 0;
    expect(panX * (24000 / 1001)).toBeCloseTo(1280 / 4, 1);
    const zoom = withCameraMove(film, { name: 'zoomIn', pace: 'slow' })?.zoom?.[0]?.value ?? 0;
    expect(zoom ** (24000 / 1001)).toBeCloseTo(1.06, 2);
  });

  test('stay within the pace that the embedded model was taught', () => {
    const largest = { panX: 8, panY: 5, zoom: Math.exp(0.03), rotate: 2 };
    for (const name of cameraMoves)
      for (const pace of cameraPaces) {
        const { panX, panY, zoom, rotate } = withCameraMove(pocket, { name, pace }) ?? {};
        expect(Math.abs(panX?.[0]?.value ?? 0)).toBeLessThanOrEqual(largest.panX);
        expect(Math.abs(panY?.[0]?.value ?? 0)).toBeLessThanOrEqual(largest.panY);
        expect(Math.abs(Math.log(zoom?.[0]?.value ?? 1))).toBeLessThanOrEqual(Math.log(largest.zoom));
        expect(Math.abs(rotate?.[0]?.value ?? 0)).toBeLessThanOrEqual(largest.rotate);
      }
  });

  test.each([pocket, film])('are known again by their curves, each as itself, at $width × $height', (shot) => {
    for (const name of cameraMoves)
      for (const pace of cameraPaces) {
        const curves = withCameraMove(shot, { name, pace });
        expect(cameraMoveOf({ ...shot, curves })).toEqual({ name, pace });
        for (const [parameter, keys] of Object.entries(curves ?? {})) {
          const { min, max } = curveParameters[parameter as 'panX'];
          expect(keys?.every(({ value }) => min <= value && value <= max)).toBe(true);
        }
      }
  });

  test('take the place of the camera alone: other curves stay, and standing still leaves none of its own', () => {
    const guidance = [{ frame: 3, value: 5, ease: 'linear' as const }];
    const panX = [{ frame: 0, value: 1, ease: 'linear' as const }];
    const shot = { ...pocket, curves: { guidance, panX } };
    expect(withCameraMove(shot, { name: 'zoomOut', pace: 'slow' })).toEqual({
      guidance,
      zoom: [{ frame: 0, value: 0.9927, ease: 'linear' }],
    });
    expect(withCameraMove(shot, null)).toEqual({ guidance });
    expect(withCameraMove({ ...pocket, curves: { panX } }, null)).toBeUndefined();
  });

  test('are nobody else: other values, several keys and several curves are its own', () => {
    const key = (frame: number, value: number) => ({ frame, value, ease: 'linear' as const });
    expect(cameraMoveOf(pocket)).toBeNull();
    expect(cameraMoveOf({ ...pocket, curves: { guidance: [key(0, 4)] } })).toBeNull();
    expect(cameraMoveOf({ ...pocket, curves: { panX: [key(0, 3.3)] } })).toBe('own');
    expect(cameraMoveOf({ ...pocket, curves: { panX: [key(0, 8), key(4, 0)] } })).toBe('own');
    expect(cameraMoveOf({ ...pocket, curves: { panX: [key(0, 8)], zoom: [key(0, 1.01)] } })).toBe('own');
  });
});
