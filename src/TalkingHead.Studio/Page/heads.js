// The list of heads.

import { $, ask, guarded, make, notice, post, question } from './ui.js';
import { chooseHead } from './live.js';

let shown = '';

export function showHeads(state, refresh) {
  $('no-heads').hidden = state.heads.length > 0;
  $('heads-lead').hidden = state.heads.length === 0;
  const now = JSON.stringify([state.heads, state.live]);
  if (now === shown) return;
  shown = now;
  $('head-list').replaceChildren(...state.heads.map(head => card(head, state.live === head.name, refresh)));
}

function card(head, isLive, refresh) {
  const at = `api/heads/${encodeURIComponent(head.name)}`;
  const button = (text, action, label) => make('button', {
    className: 'button small', textContent: text, onclick: () => guarded(action), ariaLabel: label ?? `${text}: ${head.name}`,
  });
  const link = (text, what) => make('a', {
    className: 'button small', textContent: `Download ${text}`, href: `${at}/${what}`, download: '',
    ariaLabel: `Download ${text} of ${head.name}`,
  });
  return make('li', { className: 'card' },
    make('h2', { textContent: head.name }),
    head.hasSheet ? make('a', { href: `${at}/sheet`, target: '_blank', rel: 'noopener', title: 'The whole sheet' },
      make('img', { src: `${at}/sheet?${Date.parse(head.made)}`, alt: `Sheet of ${head.name}: source pictures, landmarks, and the head` }))
      : make('p', { className: 'nosheet hint', textContent: 'no sheet beside this head' }),
    make('p', {
      className: 'hint', textContent: `${head.shots} picture${head.shots === 1 ? '' : 's'} of ${head.source}, ${head.size} px, `
        + (head.epochs === null ? 'not fine-tuned' : `epoch ${head.epochs}`) + ` · model ${head.run}`
        + (isLive ? ' · driven live now' : ''),
    }),
    make('p', { className: 'row' },
      make('a', { className: 'button small primary', textContent: 'Drive it live', href: '#live', onclick: () => chooseHead(head.name) }),
      button('Rename', async () => {
        const name = await question({ title: `Rename ${head.name}`, label: 'New name', value: head.name, yes: 'Rename' });
        if (!name || name === head.name) return;
        await post(`${at}/rename`, { name });
        notice(`${head.name} is ${name} now.`);
        await refresh();
      }),
      button('Delete', async () => {
        if (await question({
          title: `Delete ${head.name}?`, text: 'The head and its sheet are deleted from the folder. This cannot be undone.', yes: 'Delete',
        }) === null) return;
        await ask(at, { method: 'DELETE' });
        notice(`${head.name} is deleted.`);
        await refresh();
      }),
      link('.head', 'head'), link('.onnx', 'onnx')));
}
