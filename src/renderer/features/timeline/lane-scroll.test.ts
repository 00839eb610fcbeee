import { expect, test, vi } from 'vitest';
import { LaneScroll } from './lane-scroll';

/** What of an element counts here: it stands where it was last scrolled to, and says so afterwards. */
class FakeLane extends EventTarget {
  scrollLeft = 0;
  scrollTop = 0;

  scrolled(to: { readonly left?: number; readonly top?: number }): void {
    this.scrollLeft = to.left ?? this.scrollLeft;
    this.scrollTop = to.top ?? this.scrollTop;
    this.dispatchEvent(new Event('scroll'));
  }
}

function followed() {
  const onShown = vi.fn<(by: number) => void>();
  const scroll = new LaneScroll(onShown);
  const lanes = [new FakeLane(), new FakeLane()];
  const letGo = lanes.map((lane) => scroll.follow(lane as unknown as HTMLElement));
  return { onShown, scroll, lanes, letGo };
}

test('all lanes stand under each other, one that comes later too', () => {
  const { onShown, scroll, lanes } = followed();
  scroll.to(700);
  const late = new FakeLane();
  scroll.follow(late as unknown as HTMLElement);
  for (const lane of [...lanes, late]) {
    expect(lane.scrollLeft).toBe(700);
    lane.scrolled({});
  }
  expect(onShown).not.toHaveBeenCalled();
});

test('where something else scrolls a lane sideways, the timeline follows; up and down it goes back', () => {
  const { onShown, scroll, lanes } = followed();
  scroll.to(700);
  lanes[0]?.scrolled({ left: 820, top: 14 });
  expect(onShown.mock.calls).toEqual([[120]]);
  expect(lanes[0]?.scrollTop).toBe(0);
  // Between two pixels of the screen.
  lanes[1]?.scrolled({ left: 700.4 });
  expect(onShown).toHaveBeenCalledTimes(1);
});

test('a lane that is gone is left alone', () => {
  const { onShown, scroll, lanes, letGo } = followed();
  letGo[0]?.();
  scroll.to(700);
  expect(lanes.map(({ scrollLeft }) => scrollLeft)).toEqual([0, 700]);
  lanes[0]?.scrolled({ left: 50 });
  expect(onShown).not.toHaveBeenCalled();
});
