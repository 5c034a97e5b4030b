// Driving a head with the webcam. One frame is under way at a time, always the newest; nothing queues.

import { $, closeCamera, fill, guarded, make, openCamera } from './ui.js';
import { allowGaze, controls, initControls } from './controls.js';
import { Speed } from './speed.js';
import { drawDriver, drawLandmarks } from './landmarks.js';

const longestSide = 480, quality = 0.85;
// What the server's close codes mean; the reason is its sentence. Of others the connection was lost.
const codes = { taken: 4001, moved: 4002, gone: 4003, silent: 4004, failed: 4005, stopped: 4006 };

let wish = null, socket = null, camera = null, running = false, ready = null, refresh = () => {};
let newest = null, prepared = null, flying = null, isPreparing = false, number = 0, attempts = 0, retry = 0, recordingSince = 0;
let lastState = null;
const spare = [], speed = new Speed();

/** Which head the page of live is to show. */
export function chooseHead(name) { wish = name; }

export function initLive(again) {
  refresh = again;
  initControls(values => say({ type: 'controls', ...values }));
  $('live-start').addEventListener('click', () => guarded(start));
  $('live-stop').addEventListener('click', () => stop('Stopped.'));
  $('live-take').addEventListener('click', () => { $('live-taken').hidden = true; guarded(() => start(true)); });
  $('live-calibrate').addEventListener('click', () => { say({ type: 'calibrate' }); tell('Calibrated: this is your neutral face.'); });
  $('live-record').addEventListener('click', toggleRecording);
  $('live-mirror').addEventListener('change', mirror);
  $('live-head').addEventListener('change', () => { if (running) guarded(async () => { stop(''); await start(); }); });
  document.addEventListener('visibilitychange', () => {
    if (running) tell(document.hidden ? 'Paused while this tab is hidden.' : 'Going on.');
  });
  setInterval(everySecond, 1000);
  mirror();
}

export function showLive(state) {
  fill($('live-head'), state.heads.map(head => head.name), wish ?? undefined);
  if (wish && $('live-head').value === wish) wish = null;
  $('live-start').disabled = state.heads.length === 0;
  if (!running && state.heads.length === 0) tell('No head is here yet; learn a person first.');
}

/** Another part of the page is shown: the camera goes off. */
export function leaveLive() { if (running) stop('Stopped, as another part of the page was opened.'); }

async function start(take = false) {
  running = true;
  $('live-taken').hidden = true;
  parts();
  tell('Opening the camera…');
  try {
    camera = await openCamera(message => { stop(message, true); });
  } catch (failure) {
    stop(failure.message, true);
    return;
  }
  if (!running) { closeCamera(camera); return; } // stopped meanwhile
  const video = $('live-video');
  video.srcObject = camera;
  await video.play();
  video.requestVideoFrameCallback(frame);
  attempts = 0;
  connect(take);
}

function stop(text, isFault = false) {
  running = false;
  clearTimeout(retry);
  disconnect();
  closeCamera(camera);
  camera = null;
  $('live-video').srcObject = null;
  parts();
  if (text) tell(text, isFault);
  setTimeout(refresh, 500);
}

function disconnect() {
  if (socket) { socket.onclose = socket.onmessage = null; socket.close(); }
  [socket, ready, newest, prepared, flying, recordingSince] = [null, null, null, null, null, 0];
}

function connect(take) {
  tell('Loading the head…');
  const address = new URL('api/live', document.baseURI);
  address.protocol = 'ws:';
  address.searchParams.set('head', $('live-head').value);
  if (take) address.searchParams.set('take', '1');
  socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => typeof data === 'string' ? hear(JSON.parse(data)) : show(data);
  socket.onclose = closed;
}

function closed({ code, reason }) {
  disconnect();
  parts();
  if (!running) return;
  if (Object.values(codes).includes(code)) {
    stop(reason, code !== codes.taken);
    $('live-taken').hidden = code !== codes.taken;
    refresh();
    return;
  }
  attempts++;
  tell(`The connection was lost; trying again (${attempts}).`, true);
  retry = setTimeout(() => connect(false), Math.min(5000, 500 * 2 ** attempts));
}

function hear(message) {
  if (message.type === 'ready') {
    ready = message;
    attempts = 0;
    speed.reset();
    say({ type: 'controls', ...controls() });
    allowGaze(message.pupils);
    tell(`Live, computed by ${message.engine.split(' (')[0]}.`);
    parts();
    prepare();
  } else if (message.type === 'recorded') {
    recorded(message);
  } else if (message.type === 'unreadable') {
    if (flying) landed();
  } else {
    tell(message.text, true);
  }
}

function say(message) { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); }

// The browser has a new frame of the camera.
function frame(now, facts) {
  if (!running) return;
  newest = { taken: facts.captureTime ?? now };
  speed.presented(facts.presentedFrames);
  $('live-video').requestVideoFrameCallback(frame);
  prepare();
}

// While one frame is under way the newest one is encoded, to leave when the answer is there; a newer one takes its place.
async function prepare() {
  if (!ready || isPreparing || !newest) return;
  const video = $('live-video'), scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight));
  const canvas = spare.pop() ?? document.createElement('canvas'), { taken } = newest, to = socket;
  [newest, isPreparing] = [null, true];
  [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  const jpeg = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', quality));
  const bytes = jpeg && await jpeg.arrayBuffer();
  isPreparing = false;
  if (!bytes || to !== socket) return;
  const message = new Uint8Array(12 + bytes.byteLength);
  new DataView(message.buffer).setFloat64(4, taken / 1000, true);
  message.set(new Uint8Array(bytes), 12);
  if (prepared) spare.push(prepared.canvas);
  prepared = { taken, message, canvas };
  launch();
  prepare();
}

function launch() {
  if (flying || !prepared || socket?.readyState !== WebSocket.OPEN) return;
  number = (number + 1) >>> 0;
  [flying, prepared] = [{ ...prepared, number, since: performance.now() }, null];
  new DataView(flying.message.buffer).setUint32(0, number, true);
  socket.send(flying.message);
  speed.sent();
}

function landed() {
  spare.push(flying.canvas);
  flying = null;
  launch();
  prepare();
}

// An answer: number, seconds, milliseconds, state, flags, side, numbers of points, the points, the head's pixels.
function show(data) {
  const view = new DataView(data), side = view.getUint16(18, true);
  if (!flying || view.getUint32(0, true) !== flying.number) return;
  const state = view.getUint8(16), driver = view.getUint16(20, true), drawn = view.getUint16(22, true);
  drawDriver($('live-driver'), flying.canvas, new Float32Array(data, 24, 2 * driver));
  drawLandmarks($('live-landmarks'), new Float32Array(data, 24 + 8 * driver, 2 * drawn), ready);
  const canvas = $('live-picture');
  if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
  canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(data, data.byteLength - 4 * side * side), side, side), 0, 0);
  canvas.classList.toggle('lost', state === 2);
  speed.answered(performance.now() - flying.taken, view.getFloat32(12, true));
  if (state !== lastState) {
    if (state === 2) tell('No face is in view.', true);
    else if (lastState === 2) tell('Live.');
    lastState = state;
  }
  if (!view.getUint8(17) && recordingSince > 0 && performance.now() - recordingSince > 2000) ended();
  landed();
}

function everySecond() {
  if (!running) return;
  speed.show();
  if (recordingSince) $('live-record').textContent = `Stop recording (${Math.round((performance.now() - recordingSince) / 1000)} s)`;
  if (flying && performance.now() - flying.since > 10000) { // asleep, or the server hangs
    socket?.close();
    closed({ code: 1006, reason: '' });
  }
}

function toggleRecording() {
  if (recordingSince) {
    say({ type: 'stop' });
    ended();
  } else {
    say({ type: 'record' });
    recordingSince = performance.now();
    $('live-record').setAttribute('aria-pressed', 'true');
    $('live-record').textContent = 'Stop recording (0 s)';
  }
}

function ended() {
  recordingSince = 0;
  tell('Writing the recording…');
  parts();
}

function recorded({ id, title }) {
  tell('The recording is ready.');
  const save = make('a', {
    className: 'button small primary', href: `api/files/${id}?save=1`, download: '', textContent: 'Download the recording',
  });
  $('recorded').hidden = false;
  $('recorded').replaceChildren(make('h2', { textContent: 'Recording' }),
    make('video', { src: `api/files/${id}`, controls: true, playsInline: true, muted: true, loop: true }),
    make('p', { className: 'hint', textContent: title }), make('p', { className: 'row' }, save));
  refresh();
}

function parts() {
  $('live-start').hidden = running;
  $('live-stop').hidden = !running;
  for (const id of ['live-calibrate', 'live-record']) $(id).disabled = !ready;
  if (!recordingSince) {
    $('live-record').textContent = 'Record';
    $('live-record').setAttribute('aria-pressed', 'false');
  }
  if (!running) $('live-picture').classList.remove('lost');
}

function tell(text, isFault = false) {
  $('live-state').textContent = text;
  $('live-state').classList.toggle('fault', isFault);
}

function mirror() {
  for (const id of ['live-driver', 'live-landmarks', 'live-picture']) $(id).classList.toggle('mirror', $('live-mirror').checked);
}
