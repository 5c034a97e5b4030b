// Animating a head with a video file.

import { $, ask, fill, guarded, make, notice, onFiles } from './ui.js';
import { initWork, showWork } from './work.js';

let chosen = null, driverUrl = null, shownFiles = '', shownResult = '', limits = null, busy = false;

export function initFile(refresh) {
  initWork('animating', refresh);
  onFiles($('file-drop'), $('file-input'), ([file]) => {
    if (!file) return;
    chosen = file;
    if (driverUrl) URL.revokeObjectURL(driverUrl);
    driverUrl = URL.createObjectURL(file);
    $('file-chosen').textContent = file.name;
    why();
  });
  $('file-form').addEventListener('submit', event => {
    event.preventDefault();
    guarded(async () => {
      if (why()) return;
      busy = true;
      why();
      try {
        notice(`Handing over ${chosen.name}.`);
        const beside = $('file-beside').checked ? '&beside=1' : '';
        await ask(`api/animations?head=${encodeURIComponent($('file-head').value)}&name=${encodeURIComponent(chosen.name)}${beside}`,
          { method: 'POST', body: chosen, headers: { 'Content-Type': chosen.type || 'video/mp4' } });
        notice('');
        await refresh();
        $('animating-title').focus();
      } finally {
        busy = false;
        why();
      }
    });
  });
}

// Why it cannot start, which is said beside the button; empty where it can.
function why(state = null) {
  if (state) why.state = state;
  const now = why.state;
  const reason = !now?.heads.length ? 'No head is here yet.'
    : !chosen ? 'Choose a video.'
      : limits && chosen.size > limits.videoBytes ? `The video is larger than ${limits.videoBytes >> 20} MiB.`
        : busy ? 'Handing the video over…' : now.work?.state === 'running' ? `Busy: ${now.work.title}.` : '';
  $('animate-why').textContent = reason;
  $('animate').disabled = reason !== '';
  return reason;
}

export function showFile(state) {
  limits = state.limits;
  fill($('file-head'), state.heads.map(head => head.name));
  why(state);
  const work = state.work;
  $('animating').hidden = !showWork('animating', 'animation', work);
  const done = work?.kind === 'animation' && work.download ? work.download : '';
  $('animated').hidden = done === '';
  if (done !== shownResult) {
    shownResult = done;
    $('animated').replaceChildren(...(done ? [result(state.files.find(file => file.id === done))].filter(Boolean) : []));
  }
  const now = JSON.stringify(state.files);
  if (now === shownFiles) return;
  shownFiles = now;
  $('files').replaceChildren(...(state.files.length ? state.files.map(row)
    : [make('li', { className: 'hint', textContent: 'Nothing yet: recordings and animations are listed here.' })]));
}

const save = file => make('a', {
  className: 'button small', href: `api/files/${file.id}?save=1`, download: file.name, textContent: 'Download',
  ariaLabel: `Download ${file.name}`,
});

const row = file => make('li', {}, make('a', { href: `api/files/${file.id}`, target: '_blank', rel: 'noopener', textContent: file.title }),
  ' ', save(file));

/** The result, and beside it the video that drove it, played together. */
function result(file) {
  if (!file) return null;
  const video = source => make('video', { src: source, controls: true, loop: true, playsInline: true, muted: true });
  const made = video(`api/files/${file.id}`), all = [make('figure', {}, made, make('figcaption', { textContent: 'Head' }))];
  if (driverUrl) {
    const driver = video(driverUrl);
    driver.controls = false;
    made.addEventListener('play', () => { driver.currentTime = made.currentTime; driver.play().catch(() => {}); });
    made.addEventListener('pause', () => driver.pause());
    made.addEventListener('seeked', () => { driver.currentTime = made.currentTime; });
    all.unshift(make('figure', {}, driver, make('figcaption', { textContent: 'Driver' })));
  }
  return make('div', {}, make('div', { className: 'two' }, ...all), make('p', { className: 'row' }, save(file)));
}
