// What only the page knows, put into the table of the report; `given` and `Causes` come before. Nothing here needs a widget.

const CDN = 'https://cdn.jsdelivr.net/npm/anywidget/package.json';
const root = document.currentScript.closest('.bp-doctor'), body = root.querySelector('tbody');
const rowOf = check => [...body.rows].find(row => row.dataset.check === check);
const make = (tag, text) => Object.assign(document.createElement(tag), {textContent: text});

function show(check, about, status, words, {cure, command} = {}) {
  const row = rowOf(check) ?? body.insertRow();
  Object.assign(row.dataset, {check, status});
  const sign = document.createElement('td'), name = make('th', about), said = document.createElement('td');
  sign.append(make('i', given.signs[status]));
  name.scope = 'row';
  said.append(make('p', words));
  if (cure) said.append(make('p', cure));
  if (command) said.append(make('code', command));
  row.replaceChildren(sign, name, said);
}

function blame(check, about, cause, values, status = 'problem') {
  const told = Causes.told(cause, values);
  show(check, about, status, told.words, told);
}

async function extensions() {
  for (const [name, wanted] of Object.entries(given.wanted)) {
    const check = `extension:${name}`;
    if (rowOf(check)?.dataset.status === 'mended') continue;  // this page was loaded before
    const about = `Extension of ${Causes.parts[name].package}`;
    const {cause, values, found} = await Causes.extension(name, wanted, given.strict.includes(name));
    if (cause) blame(check, about, cause, values);
    else if (found !== undefined) show(check, about, 'ok', `${name} ${found}, loaded by this page.`);
    else if (rowOf(check)) show(check, about, 'unknown', 'This page is not of JupyterLab, Notebook 7 or Voilà, and does not say what it loads.');
  }
}

async function server() {
  const {baseUrl} = Causes.config();
  if (typeof baseUrl !== 'string') return;
  try {
    const answer = await Causes.ask(Causes.below(baseUrl, 'bimplus/ping')), said = answer.ok && await answer.json();
    if (said?.name === 'bimplus_nb') return show('server', 'Server extension', 'ok', `${said.version}, it answers.`);
  } catch {}
  blame('server', 'Server extension', 'server-extension', {}, 'note');
}

// A canvas more could cost a view its own, so one that is there is asked first.
function webgl() {
  const about = '3D in the browser';
  if (document.querySelector('.bv[data-cause="contexts"]')) return show('webgl', about, 'ok', 'WebGL 2.');
  const there = [...document.querySelectorAll('.jupyter-threejs canvas')].map(one => one.getContext('webgl2')).find(one => one && !one.isContextLost());
  const gl = there ?? document.createElement('canvas').getContext('webgl2');
  if (!gl) return blame('webgl', about, 'no-webgl');
  const named = gl.getExtension('WEBGL_debug_renderer_info');
  const card = String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  if (!there) gl.getExtension('WEBGL_lose_context')?.loseContext();
  if (/swiftshader|llvmpipe|softpipe|software|basic render/i.test(card)) return blame('webgl', about, 'software-drawing', {}, 'note');
  show('webgl', about, 'ok', `WebGL 2, drawn by ${card.slice(0, 120)}.`);
}

function viewers() {
  const all = [...document.querySelectorAll('.bv')], about = 'Views on this page';
  const ill = all.filter(one => 'cause' in one.dataset);
  if (ill.length) {
    const [words, cure, command] = [...ill[0].querySelectorAll('.bv-instead :is(p, code)')].map(line => line.textContent);
    return show('viewers', about, 'problem', all.length > 1 ? `${ill.length} of ${all.length}: ${words}` : words, {cure, command});
  }
  if (!all.length) return show('viewers', about, 'unknown', 'There is none yet.');
  show('viewers', about, 'ok', all.length === 1 ? 'One, which is well.' : `${all.length}, which are all well.`);
}

// Only where widgets come from the internet: VS Code and Colab. JupyterLab, Notebook 7 and Voilà bring their own.
async function internet() {
  if (!('vscodeThemeKind' in document.body.dataset) && !globalThis.google?.colab) return;
  const {host} = new URL(CDN);
  try {
    await fetch(CDN, {mode: 'no-cors', cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(4000)});
    show('cdn', 'Code of widgets', 'ok', `${host} can be reached.`);
  } catch {
    blame('cdn', 'Code of widgets', 'cdn', {host});
  }
}

function sum() {
  const count = [...body.rows].filter(row => row.dataset.status === 'problem').length;
  root.querySelector('.bp-summary').textContent =
    count ? `${count} problem${count > 1 ? 's' : ''} found.` : 'Nothing wrong was found.';
  root.dataset.done = '';
}

function text() {
  const rows = [...body.rows].map(row => [...row.querySelectorAll('i, th, p, code')].map(one => one.textContent).join('  '));
  return [root.querySelector('footer').textContent, navigator.userAgent, '', ...rows, ''].join('\n');
}

const copy = root.querySelector('button');
copy.hidden = !navigator.clipboard;
copy.onclick = () => navigator.clipboard.writeText(text()).then(() => { copy.textContent = 'Copied'; }, () => {});
webgl();
viewers();
Promise.all([extensions(), server(), internet()]).then(sum);
