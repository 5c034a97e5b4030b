// What learning and animating share: how far they are, a preview, stopping.

import { $, guarded, notice, post, seconds } from './ui.js';

/** Buttons of a piece of work; its parts are named PREFIX-keep, -stop and so on. */
export function initWork(prefix, refresh) {
  for (const [what, said] of [['keep', 'Stopping; what is there is kept.'], ['stop', 'Stopping.']])
    $(`${prefix}-${what}`).addEventListener('click', () => guarded(async () => {
      await post(`api/work/${what}`);
      notice(said);
      await refresh();
    }));
}

/** Shows how it stands; true where it is this kind of work. */
export function showWork(prefix, kind, work) {
  if (work?.kind !== kind) return false;
  const running = work.state === 'running';
  $(`${prefix}-title`).textContent = work.title[0].toUpperCase() + work.title.slice(1);
  $(`${prefix}-stage`).textContent = {
    running: `${work.stage} · ${seconds(work.seconds)}`, done: `Done in ${seconds(work.seconds)}.`,
    stopped: 'Stopped; nothing is kept.', failed: work.error,
  }[work.state];
  $(`${prefix}-stage`).classList.toggle('fault', work.state === 'failed');
  $(`${prefix}-progress`).hidden = !running;
  $(`${prefix}-progress`).value = work.progress;
  $(`${prefix}-buttons`).hidden = !running;
  $(`${prefix}-figure`).hidden = work.previews === 0;
  if (work.previews > 0) {
    const image = $(`${prefix}-preview`), at = `api/work/preview?${work.id}-${work.previews}`;
    if (image.getAttribute('src') !== at) image.src = at;
  }
  return true;
}
