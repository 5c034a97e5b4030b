// Which part of the page is shown, and the state that all parts share.

import { $, ask, notice, seconds } from './ui.js';
import { showHeads } from './heads.js';
import { initPerson, showPerson } from './person.js';
import { initLive, showLive, leaveLive } from './live.js';
import { initFile, showFile } from './file.js';

const parts = ['heads', 'person', 'live', 'file'];
let state = { heads: [], files: [], work: null, run: null, live: null };
let timer;

/** Asks for the state anew, soon again while something is worked on. */
export async function refresh() {
  clearTimeout(timer);
  try {
    state = await ask('api/state');
    if ($('notice').dataset.lost) { delete $('notice').dataset.lost; notice('The studio is there again.'); }
  } catch (failure) {
    notice(failure.message, true);
    $('notice').dataset.lost = 'yes';
  }
  show();
  timer = setTimeout(refresh, state.work?.state === 'running' ? 500 : 4000);
  return state;
}

function show() {
  showHeads(state, refresh);
  showPerson(state);
  showLive(state);
  showFile(state);
  const work = state.work, working = $('working');
  const at = work?.kind === 'learning' ? '#person' : '#file';
  working.hidden = work?.state !== 'running' || location.hash === at;
  if (!working.hidden) {
    working.textContent = `${work.title}: ${work.stage} (${seconds(work.seconds)})`;
    working.href = at;
  }
}

function route(event) {
  const hash = location.hash.slice(1), part = parts.includes(hash) ? hash : 'heads';
  if (hash === 'main') return;
  for (const name of parts) {
    $(name).hidden = name !== part;
    const link = document.querySelector(`nav a[href="#${name}"]`);
    if (name === part) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${$(`${part}-title`).textContent} · talkinghead studio`;
  if (part !== 'live') leaveLive();
  show();
  if (event) { $(`${part}-title`).focus({ preventScroll: true }); scrollTo(0, 0); }
}

initPerson(refresh);
initLive(refresh);
initFile(refresh);
addEventListener('hashchange', route);
route();
await refresh();
