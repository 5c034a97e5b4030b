// What every part of the page uses: the server, elements, notices and questions.

export const $ = id => document.getElementById(id);

/** An element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties))
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Asks the server; throws an Error whose message is the server's sentence. */
export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error('The studio does not answer. Is it still running?');
  }
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : null;
  let sentence;
  try { sentence = JSON.parse(text).error; } catch { sentence = `The studio answered ${answer.status}.`; }
  throw new Error(sentence);
}

export const post = (path, body) => ask(path, {
  method: 'POST', body: body === undefined ? undefined : JSON.stringify(body),
  headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
});

let fading;

/** Says something at the top of the page; screen readers read it. */
export function notice(text, isFault = false) {
  const place = $('notice');
  place.textContent = text;
  place.classList.toggle('fault', isFault);
  place.hidden = text === '';
  clearTimeout(fading);
  if (text && !isFault) fading = setTimeout(() => notice(''), 8000);
}

/** Runs something; what goes wrong is said. */
export async function guarded(action) {
  try {
    return await action();
  } catch (failure) {
    notice(failure.message, true);
    return undefined;
  }
}

/** A question with a text field or without; null where it is cancelled. */
export function question({ title, text = '', label = '', value = '', yes }) {
  const dialog = $('ask');
  $('ask-title').textContent = title;
  $('ask-text').textContent = text;
  $('ask-label').textContent = label;
  $('ask-field').hidden = label === '';
  $('ask-value').value = value;
  $('ask-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  if (label) $('ask-value').select();
  return new Promise(resolve => dialog.addEventListener('close',
    () => resolve(dialog.returnValue === 'yes' ? $('ask-value').value.trim() : null), { once: true }));
}

/** Files that are dropped on an element, or chosen in its input. */
export function onFiles(area, input, take) {
  input.addEventListener('change', () => { take([...input.files]); input.value = ''; });
  for (const kind of ['dragenter', 'dragover'])
    area.addEventListener(kind, event => { event.preventDefault(); area.classList.add('over'); });
  for (const kind of ['dragleave', 'drop']) area.addEventListener(kind, () => area.classList.remove('over'));
  area.addEventListener('drop', event => { event.preventDefault(); take([...event.dataTransfer.files]); });
}

/** The options of a select; what was chosen stays, where it is still there. */
export function fill(select, names, wish = select.value) {
  if ([...select.options].map(option => option.value).join('\n') !== names.join('\n'))
    select.replaceChildren(...names.map(name => make('option', { value: name, textContent: name })));
  if (names.includes(wish)) select.value = wish;
  select.disabled = names.length === 0;
}

/** The webcam; throws an Error that says what to do. */
export async function openCamera(onLost) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error('This browser gives no page a camera.');
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, facingMode: 'user' },
    });
  } catch (failure) {
    throw new Error({
      NotAllowedError: 'The camera was denied. Allow it for this page beside the browser’s address, then try again.',
      NotFoundError: 'No camera was found. Plug one in, then try again.',
      NotReadableError: 'The camera cannot be read; another program may be using it. Close that one, then try again.',
    }[failure.name] ?? `The camera could not be opened (${failure.message}).`);
  }
  stream.getVideoTracks()[0].addEventListener('ended',
    () => onLost('The camera is gone: it was unplugged, or its permission was taken back.'));
  return stream;
}

export const closeCamera = stream => stream?.getTracks().forEach(track => track.stop());

export const seconds = value => value < 90 ? `${Math.round(value)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
