// Frames a second, latency and dropped frames of the last seconds.

import { $ } from './ui.js';

const window = 5000, most = 1000;

export class Speed {
  constructor() { this.reset(); }

  reset() { [this.answers, this.first, this.last, this.went] = [[], null, 0, 0]; }

  /** The browser's count of the camera's frames. */
  presented(count) {
    this.first ??= count;
    this.last = count;
  }

  /** A frame was sent. */
  sent() { this.went++; }

  /** An answer is on the screen. */
  answered(latency, compute) {
    this.answers.push({ at: performance.now(), latency, compute });
    if (this.answers.length > most) this.answers.shift();
  }

  show() {
    const now = performance.now(), all = this.answers.filter(answer => now - answer.at < window);
    const sorted = all.map(answer => answer.latency).sort((a, b) => a - b), part = share => sorted[Math.floor(share * (sorted.length - 1))];
    const span = all.length > 1 ? all[all.length - 1].at - all[0].at : 0;
    const written = {
      fps: span > 0 ? ((all.length - 1) * 1000 / span).toFixed(1) : '–',
      median: all.length ? `${Math.round(part(0.5))} ms` : '–',
      p95: all.length ? `${Math.round(part(0.95))} ms` : '–',
      dropped: this.first === null ? '–' : `${Math.max(0, this.last - this.first + 1 - this.went)} of ${this.last - this.first + 1}`,
      compute: all.length ? `${Math.round(all.reduce((sum, answer) => sum + answer.compute, 0) / all.length)} ms` : '–',
    };
    for (const [id, text] of Object.entries(written)) $(id).textContent = text;
  }
}
