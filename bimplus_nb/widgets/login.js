// The page's part of a sign-in. The answer arrives in another tab of this browser, at our page of the Jupyter server
// (jupyter/callback.html), which puts it on a channel of this origin. Whoever is of this origin can speak there: only
// what carries the state of the sign-in that waits is passed on, and the kernel judges the rest.

const CHANNEL = 'bimplus-oauth';
const LONGEST = 8192;
const PATIENCE = 4000;
const LOOKS = 60;  // frames in which the keyboard's next place is looked for

// The Jupyter server's page says where it is: JupyterLab, Notebook 7, Voilà, on a JupyterHub too. VS Code and Colab do not.
async function look(asks) {
  let said = {};
  try {
    said = JSON.parse(document.getElementById('jupyter-config-data').textContent);
  } catch {}
  const page = {type: 'page', origin: location.origin, base_url: '', hub_prefix: '', answers: false};
  if (typeof said.baseUrl !== 'string') return page;
  const path = address => new URL(address.endsWith('/') ? address : `${address}/`, location.origin).pathname;
  page.base_url = path(said.baseUrl);
  if (typeof said.hubPrefix === 'string' && said.hubPrefix) page.hub_prefix = path(said.hubPrefix);
  // On one's own computer the browser comes back to the kernel itself, so the server is not asked.
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(location.hostname);
  if (local && !page.hub_prefix && !asks) return page;
  // A JupyterHub knows its user from a cookie only where the request shows that its page could read another.
  const known = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? '';
  try {
    const answer = await fetch(`${page.base_url}bimplus/ping`, {
      credentials: 'same-origin', redirect: 'error', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE),
      headers: {'X-XSRFToken': known},
    });
    page.answers = answer.ok && (await answer.json()).name === 'bimplus_nb';
  } catch {}
  return page;
}

// The sign-in that the keyboard was in last. On a busy page its button may have been pressed, and be gone, before the
// view below is there.
let last = null;

function initialize({model}) {
  const channel = new BroadcastChannel(CHANNEL);
  let taken = '';
  const passOn = ({data}) => {
    const state = model.get('state');
    if (!state || typeof data !== 'object' || data === null || data.kind !== 'back') return;
    if (typeof data.query !== 'string' || data.query.length > LONGEST) return;
    const states = new URLSearchParams(data.query).getAll('state');
    if (states.length !== 1 || states[0] !== state) return;
    if (taken !== state) {
      taken = state;
      model.send({type: 'back', text: data.query});
    }
    channel.postMessage({kind: 'taken', state});
  };
  const hear = message => {
    if (message?.type !== 'ended') return;
    taken = '';
    channel.postMessage({kind: 'ended', state: message.state, ok: message.ok === true});
  };
  channel.addEventListener('message', passOn);
  // Of each model its own: what one takes away with it, another still needs.
  const enter = ({target}) => { last = target.closest?.('.bp-login'); };
  const away = ({target}) => { if (!target.closest?.('.bp-login')) last = null; };
  document.addEventListener('focusin', enter);
  document.addEventListener('pointerdown', away, true);
  model.on('msg:custom', hear);
  look(model.get('asks')).then(page => model.send(page));
  return () => {
    channel.close();
    document.removeEventListener('focusin', enter);
    document.removeEventListener('pointerdown', away, true);
    model.off('msg:custom', hear);
  };
}

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function copier(what, text) {
  const button = element('button', 'bp-small', `Copy ${what}`);
  button.type = 'button';
  button.onclick = async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      done = false;
    }
    button.textContent = done ? 'Copied' : 'Copy it by hand';
    setTimeout(() => { button.textContent = `Copy ${what}`; }, 2000);
  };
  return button;
}

function render({model, el}) {
  el.classList.add('bp-login-page');
  const status = element('div', 'bp-heard'), alert = element('div', 'bp-heard');
  status.setAttribute('role', 'status');
  alert.setAttribute('role', 'alert');

  const code = element('div', 'bp-code');
  const letters = element('output', '');
  code.append(letters, copier('code', () => model.get('code')));

  const time = element('div', 'bp-time');
  const clock = element('span', '');
  clock.setAttribute('role', 'timer');
  time.append(element('i', 'bp-pulse'), clock, copier('link', () => model.get('url')));

  const paste = element('div', 'bp-paste');
  const label = element('label', 'bp-dim');
  const words = element('span', '');
  const box = element('input', '');
  Object.assign(box, {type: 'text', autocomplete: 'off', spellcheck: false, maxLength: LONGEST, placeholder: 'http://…'});
  const done = element('button', 'bp-small', 'Done');
  const line = element('div', 'bp-line');
  line.append(box, done);
  label.append(words);
  paste.append(label, line);
  box.setAttribute('aria-label', 'The address at which the browser ended');
  const give = () => {
    const text = box.value.trim();
    box.value = '';  // it holds the code, which is to stand nowhere
    if (text) model.send({type: 'pasted', text});
    else box.focus();
  };
  done.type = 'button';
  done.onclick = give;
  box.onkeydown = event => { if (event.key === 'Enter' && !event.isComposing) give(); };
  const until = element('div', 'bp-dim');
  el.append(status, alert, code, time, paste, until);

  let dead = 0;
  const tick = () => {
    const left = Math.max(0, Math.ceil((dead - performance.now()) / 1000));
    clock.textContent = `Waiting for you – ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`;
  };
  const count = () => {
    dead = performance.now() + 1000 * model.get('left');
    tick();
  };
  const draw = () => {
    const waiting = model.get('stage') === 'waiting';
    code.hidden = !waiting || !model.get('code');
    letters.textContent = model.get('code');
    time.hidden = !waiting;
    paste.hidden = !waiting || !model.get('pastes');
    if (paste.hidden) box.value = '';
    words.textContent = model.get('comes_back')
      ? 'The browser did not come back? Paste the address at which it ended:'
      : 'The browser will end at a page that cannot be shown. Paste that page’s address here:';
    const expires = model.get('stage') === 'in' ? model.get('until') : 0;
    until.hidden = !expires;
    until.textContent = `Until ${new Date(1000 * expires).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'})}, `
      + 'then renewed by itself where the service allows it.';
  };
  const tell = () => {
    const failed = model.get('stage') === 'failed';
    status.textContent = failed ? '' : model.get('news');
    alert.textContent = failed ? model.get('news') : '';
  };

  // Where the button that was pressed is gone, the keyboard goes on with what took its place; and on again where that
  // was for the meantime only, as Cancel is until the service has answered.
  let panel, placed;
  let looks = 0;
  const follow = async () => {
    const looking = looks > 0;
    looks = LOOKS;
    for (; !looking && last === panel && looks > 0; looks--) {
      await new Promise(requestAnimationFrame);
      const focused = document.activeElement;
      if (panel.contains(focused)) {
        if (focused !== placed) continue;
      } else if (focused && focused !== document.body && !focused.contains(panel)) break;
      const next = [...panel.querySelectorAll('a[href], button, input')].find(one => one.checkVisibility());
      if (next && next !== focused && looks < LOOKS - 5) (placed = next).focus();
    }
    if (!looking) looks = 0;
  };
  // The kernel may take its time between its words and the buttons that belong to them.
  const others = new MutationObserver(records => { if (records.some(({target}) => !el.contains(target))) follow(); });
  const settle = requestAnimationFrame(() => {
    panel = el.closest('.bp-login');
    if (!panel) return;
    panel.setAttribute('data-lm-suppress-shortcuts', 'true');  // keys pressed here are not the notebook's commands
    others.observe(panel, {childList: true, subtree: true});
    follow();
  });

  const changed = () => { draw(); tell(); if (panel) follow(); };
  model.on('change', changed);
  model.on('change:left', count);
  draw();
  tell();
  count();
  const ticking = setInterval(tick, 1000);
  return () => {
    cancelAnimationFrame(settle);
    others.disconnect();
    clearInterval(ticking);
    model.off('change', changed);
    model.off('change:left', count);
  };
}

export default hearing({initialize, render});
