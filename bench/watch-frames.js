/* global window, document, Worker, HTMLElement, requestAnimationFrame */
/**
 * In the studio's page, for `bench/playback.ts`: how long each frame's answer and pixels are waited for, and how many
 * frames are decoded before they are shown.
 */
window.bench = {
  watch() {
    /** ahead: frames decoded since then, less those that the playhead has passed, ten times a second. */
    const counts = { ahead: [], fetchMs: [], decodeMs: [] };
    const { fetch } = window;
    window.fetch = async (...request) => {
      const start = performance.now();
      const answer = await fetch(...request);
      counts.fetchMs.push(performance.now() - start);
      return answer;
    };
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (...message) {
      const start = performance.now();
      const { id } = message[0];
      const onAnswer = (event) => {
        if (event.data.id !== id) return;
        this.removeEventListener('message', onAnswer);
        counts.decodeMs.push(performance.now() - start);
      };
      this.addEventListener('message', onAnswer);
      Reflect.apply(postMessage, this, message);
    };
    const timer = setInterval(() => counts.ahead.push(counts.decodeMs.length - window.bench.frame()), 100);
    window.bench.stop = () => {
      clearInterval(timer);
      window.fetch = fetch;
      Worker.prototype.postMessage = postMessage;
      return counts;
    };
  },
  /** The film frame in the viewer. */
  frame() {
    const canvas = document.querySelector('[data-testid="viewer-canvas"]');
    return canvas instanceof HTMLElement ? Number(canvas.dataset.frame) : -1;
  },
  /** Until what was asked for is on screen. */
  drawn() {
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  },
};
