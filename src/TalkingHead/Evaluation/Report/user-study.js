'use strict';
const study = JSON.parse(document.getElementById('study').textContent);
const element = id => document.getElementById(id);
const answers = new Map();
const voter = [...crypto.getRandomValues(new Uint8Array(8))].map(byte => byte.toString(16).padStart(2, '0')).join('');

// Everybody meets the triplets in an order of their own.
const order = study.triplets.map((_, number) => number);
for (let i = order.length - 1; i > 0; i--) {
  const j = Math.floor(Math.random() * (i + 1));
  [order[i], order[j]] = [order[j], order[i]];
}
let at = 0;

function show() {
  const done = at >= order.length;
  element('triplet').replaceChildren(...(done ? [] : study.triplets[order[at]].map((source, choice) => {
    const button = document.createElement('button'), image = document.createElement('img');
    button.type = 'button';
    button.setAttribute('aria-pressed', answers.get(order[at]) === choice);
    image.src = source;
    image.alt = `Picture ${choice + 1}`;
    button.append(image, String(choice + 1));
    button.addEventListener('click', () => choose(choice));
    return button;
  })));
  element('place').textContent = done ? `${answers.size} of ${order.length} answered` : `${at + 1} of ${order.length}`;
  element('progress').max = order.length;
  element('progress').value = answers.size;
  element('end').hidden = !done;
  element('back').disabled = at === 0;
  element('save').disabled = answers.size === 0;
}

function choose(choice) {
  if (at >= order.length) return;
  answers.set(order[at], choice);
  at++;
  show();
}

element('back').addEventListener('click', () => { at--; show(); });
element('save').addEventListener('click', () => {
  const file = { format: 'talkinghead-user-answers 1', study: study.study, voter, answers: [...answers].sort((a, b) => a[0] - b[0]) };
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file) + '\n'], { type: 'application/json' }));
  link.download = `answers-${voter}.json`;
  link.click();
});
document.addEventListener('keydown', event => {
  if ('123'.includes(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) choose(Number(event.key) - 1);
});
addEventListener('beforeunload', event => { if (answers.size && at < order.length) event.preventDefault(); });
show();
