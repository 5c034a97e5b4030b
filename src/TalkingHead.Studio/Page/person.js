// Learning a new person: pictures from files or the webcam, consent, and how learning goes.

import { $, ask, closeCamera, guarded, make, notice, onFiles, openCamera, post } from './ui.js';
import { initWork, showWork } from './work.js';
import { chooseHead } from './live.js';

const guide = {
  front: 'Look straight into the camera.', left: 'Turn your head to your left.', right: 'Turn your head to your right.',
  up: 'Lift your chin.', down: 'Lower your chin.', 'mouth open': 'Face the camera and open your mouth.',
};
let person = null, shots = [], pose = 0, camera = null, uploading = 0, state = null, again = 0, seen = 0;

export function initPerson(refresh) {
  initWork('learning', refresh);
  onFiles($('person-drop'), $('person-files'), files => guarded(async () => {
    for (const file of files) await add(file, file.name, null);
  }));
  $('webcam-start').addEventListener('click', () => guarded(startCamera));
  $('webcam-stop').addEventListener('click', stopCamera);
  $('webcam-take').addEventListener('click', () => guarded(take));
  $('webcam-next').addEventListener('click', () => toPose(pose + 1));
  for (const field of ['person-name', 'consent']) $(field).addEventListener('input', why);
  $('learn-form').addEventListener('submit', event => {
    event.preventDefault();
    if (why()) return;
    guarded(async () => {
      const work = await post(`api/people/${person}/learn`, { name: $('person-name').value.trim(), consent: $('consent').checked });
      seen = work.id;
      stopCamera();
      notice('');
      await refresh();
      $('learning-title').focus();
    });
  });
  $('learning-again').addEventListener('click', () => {
    again = state.work.id;
    showPerson(state);
    $('person-title').focus();
  });
  addEventListener('hashchange', () => { if (location.hash !== '#person') stopCamera(); });
}

export function showPerson(now) {
  state = now;
  const work = now.work, learning = showWork('learning', 'learning', work) && work.id !== again
    && (work.state === 'running' || work.id === seen || work.state === 'done');
  $('person-no-run').hidden = now.run !== null;
  $('person-form').hidden = now.run === null || (learning && ['running', 'done'].includes(work.state));
  $('learning').hidden = !learning;
  if (learning) {
    drawCurve(work.curve);
    $('learning-after').hidden = work.state !== 'done';
    if (work.state === 'done' && work.id === seen) forget();
    $('learning-drive').onclick = () => chooseHead(work.head);
  }
  if (now.run) $('person-lead').textContent = 'Eight pictures from different sides make a good head; one makes a recognisable one. '
    + `Learned with ${now.run.name}, at ${now.run.size} pixels.`;
  why();
}

// The server has no pictures of a person who is learned.
function forget() {
  if (person === null) return;
  [person, shots] = [null, []];
  $('consent').checked = false;
  $('person-name').value = '';
  drawShots();
}

// Why learning cannot start, which is said beside the button; empty where it can.
function why() {
  const good = shots.filter(shot => !shot.fault).length;
  const reason = uploading ? 'Looking at the pictures…' : !good ? 'Add at least one good picture.'
    : !$('person-name').value.trim() ? 'Give the head a name.' : !$('consent').checked ? 'Tick the sentence of consent.'
      : state?.work?.state === 'running' ? `Busy: ${state.work.title}.` : '';
  $('learn-why').textContent = reason;
  $('learn').disabled = reason !== '';
  return reason;
}

async function add(blob, label, asked) {
  const limits = state.limits, most = blob.type.startsWith('image/') ? limits.pictureBytes : limits.videoBytes;
  if (blob.size > most) throw new Error(`${label} is larger than ${most >> 20} MiB.`);
  uploading++;
  $('shots-state').textContent = `Looking at ${label}…`;
  why();
  try {
    person ??= (await post('api/people')).id;
    const query = `name=${encodeURIComponent(label)}` + (asked ? `&pose=${encodeURIComponent(asked)}` : '');
    const found = await ask(`api/people/${person}/shots?${query}`,
      { method: 'POST', body: blob, headers: { 'Content-Type': blob.type || 'application/octet-stream' } });
    shots.push(...found);
    return found;
  } finally {
    uploading--;
    drawShots();
  }
}

function drawShots() {
  const good = shots.filter(shot => !shot.fault).length;
  $('shots-state').textContent = shots.length === 0 ? ''
    : `${good} of ${shots.length} picture${shots.length === 1 ? '' : 's'} can be used.`;
  $('shots').replaceChildren(...shots.map(shot => make('li', { className: shot.fault ? 'bad' : '' },
    make('img', {
      src: `api/people/${person}/shots/${shot.number}`, width: 160, height: 160,
      alt: shot.fault ? `${shot.label}, not used` : `${shot.label}, with the landmarks found`,
    }),
    make('p', {}, make('strong', { textContent: shot.label }), ' ',
      make('span', { textContent: shot.fault ? `not used: ${shot.fault}` : shot.advice ? `used; better: ${shot.advice}` : 'used' })),
    make('button', {
      className: 'button small', textContent: 'Remove', ariaLabel: `Remove ${shot.label}`,
      onclick: () => guarded(() => remove(shot)),
    }))));
  why();
}

async function remove(shot) {
  await ask(`api/people/${person}/shots/${shot.number}`, { method: 'DELETE' });
  shots = shots.filter(other => other !== shot);
  drawShots();
}

async function startCamera() {
  camera = await openCamera(message => { stopCamera(); notice(message, true); });
  $('webcam-video').srcObject = camera;
  await $('webcam-video').play();
  cameraParts(true);
  toPose(0);
}

function stopCamera() {
  if (!camera) return;
  closeCamera(camera);
  camera = null;
  $('webcam-video').srcObject = null;
  cameraParts(false);
}

function cameraParts(on) {
  for (const id of ['webcam-view', 'poses', 'webcam-take', 'webcam-next', 'webcam-stop']) $(id).hidden = !on;
  $('webcam-start').hidden = on;
}

function toPose(next) {
  const poses = state.poses;
  pose = next % poses.length;
  $('webcam-pose').textContent = guide[poses[pose]];
  $('webcam-hint').textContent = 'Space or Enter on the button takes the picture.';
  $('poses').replaceChildren(...poses.map((name, i) => {
    const done = shots.some(shot => shot.label === name && !shot.fault);
    const now = i === pose ? { ariaCurrent: 'step' } : {};
    return make('li', { className: done ? 'done' : '', textContent: done ? `${name} ✓` : name, ...now });
  }));
  $('webcam-take').focus();
}

async function take() {
  const video = $('webcam-video'), asked = state.poses[pose];
  const canvas = make('canvas', { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d').drawImage(video, 0, 0);
  const blob = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.95));
  $('webcam-take').disabled = true;
  try {
    const before = shots.filter(shot => shot.label === asked), [shot] = await add(blob, asked, asked);
    for (const old of shot.fault ? [] : before) await remove(old); // taken again
    if (!shot.fault && !shot.advice) return toPose(pose + 1);
    toPose(pose);
    $('webcam-pose').textContent = shot.fault ? `Not used: ${shot.fault}. Try again.`
      : `Kept. For a better one, ${shot.advice} and take it again.`;
  } finally {
    $('webcam-take').disabled = false;
    if (camera) $('webcam-take').focus();
  }
}

// The loss of each pass, and of held-out pictures, epoch by epoch, on a scale of powers of ten.
function drawCurve(curve) {
  const canvas = $('curve'), pen = canvas.getContext('2d'), { width, height } = canvas, style = getComputedStyle(canvas);
  const lines = [['learned pictures', 1, 'loss', '--line-a'], ['held-out picture', 1, 'heldOut', '--line-b'],
    ['all pictures', 2, 'loss', '--line-c']].map(
    ([name, pass, of, colour]) => ({ name, colour, of: curve.filter(p => p.pass === pass && p[of] > 0).map(p => [p.epoch, p[of]]) }));
  const all = lines.flatMap(line => line.of);
  pen.clearRect(0, 0, width, height);
  if (all.length < 2) { $('curve-text').textContent = 'The loss curve begins with the first epochs.'; return; }
  const left = 56, bottom = 34, most = Math.max(...all.map(p => p[0]), 1);
  const [low, high] = [Math.min(...all.map(p => p[1])), Math.max(...all.map(p => p[1]))].map(Math.log);
  const x = epoch => left + (width - left - 12) * epoch / most;
  const y = loss => 12 + (height - bottom - 20) * (1 - (Math.log(loss) - low) / Math.max(1e-9, high - low));
  [pen.strokeStyle, pen.fillStyle, pen.font, pen.lineWidth] = [style.getPropertyValue('--line'), style.color, '18px sans-serif', 1];
  for (const value of [Math.exp(low), Math.exp((low + high) / 2), Math.exp(high)]) {
    pen.beginPath(); pen.moveTo(left, y(value)); pen.lineTo(width, y(value)); pen.stroke();
    pen.fillText(value.toPrecision(2), 4, y(value) + 6);
  }
  pen.fillText(`epoch ${most}`, width - 90, height - 6);
  for (const line of lines) {
    pen.strokeStyle = style.getPropertyValue(line.colour);
    pen.lineWidth = 3;
    pen.beginPath();
    line.of.forEach(([epoch, loss], i) => i ? pen.lineTo(x(epoch), y(loss)) : pen.moveTo(x(epoch), y(loss)));
    pen.stroke();
  }
  const last = line => line.of.length ? line.of[line.of.length - 1][1].toPrecision(3) : '–';
  $('curve-text').replaceChildren(...lines.filter(line => line.of.length).map(line =>
    make('span', { className: `key ${line.colour.slice(2)}`, textContent: `${line.name}: ${last(line)}` })));
}
