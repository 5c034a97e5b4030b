// The sliders and their presets, which this browser keeps.

import { $, fill, make, question } from './ui.js';

const sliders = [
  ['motion', 'Motion intensity', 0, 1.5], ['smoothing', 'Smoothing', 0, 3], ['adaptation', 'Adaptation to the head’s face', 0, 1],
  ['mouth', 'Mouth', 0, 2], ['eyes', 'Eyes', 0, 2], ['gaze', 'Gaze', 0, 2],
];
const neutral = { motion: 1, smoothing: 1, adaptation: 1, mouth: 1, eyes: 1, gaze: 1 };
const given = {
  'As filmed': neutral,
  Calm: { ...neutral, motion: 0.7, smoothing: 2 },
  Lively: { ...neutral, motion: 1.15, smoothing: 0.6, mouth: 1.3, eyes: 1.2 },
};
const own = 'Own setting';
let values = { ...neutral }, changed = () => {};

function kept(name, otherwise) {
  try { return JSON.parse(localStorage.getItem(`talkinghead.${name}`)) ?? otherwise; } catch { return otherwise; }
}

function keep(name, value) {
  try { localStorage.setItem(`talkinghead.${name}`, JSON.stringify(value)); } catch { /* this browser keeps nothing */ }
}

const presets = () => ({ ...given, ...kept('presets', {}) });
const same = (a, b) => sliders.every(([name]) => a[name] === b[name]);

/** The sliders as they stand. */
export const controls = () => ({ ...values });

/** Gaze has no effect on a head whose landmark images show no pupils. */
export function allowGaze(allowed) {
  $('slider-gaze').disabled = !allowed;
  $('gaze-note').hidden = allowed;
}

export function initControls(onChange) {
  changed = onChange;
  values = { ...neutral, ...kept('controls', {}) };
  $('sliders').replaceChildren(...sliders.map(([name, text, min, max]) => make('p', { className: 'slider' },
    make('label', { htmlFor: `slider-${name}`, textContent: text }),
    make('input', {
      type: 'range', id: `slider-${name}`, min, max, step: 0.05, value: values[name],
      oninput: event => set({ ...values, [name]: Number(event.target.value) }),
    }),
    make('output', { id: `value-${name}`, htmlFor: `slider-${name}` }),
    ...(name === 'gaze' ? [make('span', { className: 'hint', id: 'gaze-note', hidden: true,
      textContent: 'This head has no pupils in its landmarks; its eyes look where the pictures looked.' })] : []))));
  $('preset').addEventListener('change', () => { if (presets()[$('preset').value]) set(presets()[$('preset').value]); });
  $('preset-save').addEventListener('click', async () => {
    const name = await question({ title: 'Save these settings', label: 'Name of the preset', yes: 'Save' });
    if (!name || name === own) return;
    keep('presets', { ...kept('presets', {}), [name]: values });
    show();
  });
  $('preset-delete').addEventListener('click', () => {
    const { [$('preset').value]: _, ...others } = kept('presets', {});
    keep('presets', others);
    show();
  });
  set(values);
}

function set(next) {
  values = { ...neutral, ...next };
  keep('controls', values);
  show();
  changed(controls());
}

function show() {
  for (const [name] of sliders) {
    $(`slider-${name}`).value = values[name];
    $(`value-${name}`).textContent = values[name].toFixed(2);
  }
  const all = presets(), now = Object.keys(all).find(name => same(all[name], values));
  fill($('preset'), now ? Object.keys(all) : [own, ...Object.keys(all)], now ?? own);
  $('preset-delete').disabled = !(now in kept('presets', {}));
}
