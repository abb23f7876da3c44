// Beside each pythreejs renderer: one Pane for each place on the page that shows it, and what the kernel asks for.

const NO_WEBGL = 'This browser cannot draw in 3D here: it has no WebGL 2. Hardware acceleration may be switched off in its '
  + 'settings. Everything else of the viewer works; the tables show the same objects.';
const KEYS = {f: 'fit', h: 'hide', i: 'isolate', x: 'xray', escape: 'escape'};

const stages = new Map();  // by renderer: anywidget hands initialize and render different faces of one model

function stageOf(model) {
  const id = model.get('renderer');
  if (!stages.has(id)) stages.set(id, new Stage(model));
  return stages.get(id);
}

let webgl;
function canDraw() {
  if (webgl === undefined) {
    const context = document.createElement('canvas').getContext('webgl2');
    webgl = Boolean(context);
    context?.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return webgl;
}

// Light or dark, as the page says: JupyterLab, then an html attribute (Voilà, documentation), VS Code, the system.
function pageTheme() {
  const {body, documentElement: html} = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === 'false' ? 'dark' : 'light';
  const said = html.getAttribute('theme') ?? html.dataset.theme ?? body.dataset.vscodeThemeKind ?? '';
  if (said) return said.includes('dark') ? 'dark' : 'light';
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

class Pane {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.stage = stageOf(model);
    this.undo = [];
    this.panel = new Panel(el, (name, row) => this.act(name, row));
    const show = () => this.panel.show(model);
    for (const name of ['words', 'legend', 'notice']) model.on(`change:${name}`, show);
    show();
    this.followTheme();
    this.begin().catch(problem => this.panel.say(String(problem?.message ?? problem)));
  }

  async begin() {
    if (!canDraw()) {
      this.panel.say(NO_WEBGL);
      return;
    }
    await this.stage.connected;
    this.view = await this.neighbour();
    if (!this.view) return;
    this.stage.panes.add(this);
    this.stage.renderers.add(this.view.renderer);
    const element = this.view.el;
    Object.assign(element, {tabIndex: 0});
    element.setAttribute('aria-label', '3D view');
    element.dataset.lmSuppressShortcuts = 'true';  // Lab would take H, X and I for itself
    this.undo.push(orbit(this.stage, element, event => this.click(event)));
    const pressed = event => this.press(event);
    element.addEventListener('keydown', pressed);
    element.addEventListener('pointerdown', () => element.focus({preventScroll: true}));
    const watch = new ResizeObserver(() => this.resize());
    watch.observe(this.panel.stage);
    this.undo.push(() => element.removeEventListener('keydown', pressed), () => watch.disconnect());
  }

  // The renderer's view in the same box. It may come later than this one.
  async neighbour() {
    for (;;) {
      for (const promise of Object.values(this.stage.renderer.views ?? {})) {
        const view = await promise;
        if (this.el.parentElement?.contains(view.el) && view.renderer) return view;
      }
      if (this.gone) return null;
      await new Promise(requestAnimationFrame);
    }
  }

  resize() {
    const {clientWidth: width, clientHeight: height} = this.panel.stage, {stage, view} = this;
    if (!width || !height || !view.renderer) return;
    // Told to the model as well, silently: it is what a canvas gets that the browser lends anew.
    stage.renderer.set({_width: width, _height: height}, {silent: true});
    view.renderer.setSize(width, height);
    stage.camera.aspect = width / height;
    if (stage.target) view.renderScene();  // at once: a canvas of a new size is empty
    else stage.home(false);
  }

  click(event) {
    const box = this.view.renderer.domElement.getBoundingClientRect();
    const part = pick(this.view, event.clientX - box.left, event.clientY - box.top);
    this.model.send({type: 'act', name: 'pick', part, toggle: event.ctrlKey || event.metaKey || event.shiftKey});
  }

  press(event) {
    const name = KEYS[event.key.toLowerCase()];
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.act(name);
  }

  act(name, row) {
    const {stage} = this;
    if (name === 'fit') stage.fit(stage.derived.ends(SELECTED | VISIBLE) ?? stage.derived.ends(VISIBLE) ?? this.model.get('home').points);
    else if (name === 'home') stage.home();
    else if (name === 'save') this.save();
    else this.model.send({type: 'act', name, row});
  }

  async save() {
    const url = URL.createObjectURL(new Blob([await this.stage.picture()], {type: 'image/png'}));
    Object.assign(document.createElement('a'), {href: url, download: 'building.png'}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  followTheme() {
    const follow = () => {
      const wanted = this.model.get('theme'), page = pageTheme(), theme = wanted === 'auto' ? page : wanted;
      this.el.parentElement?.classList.toggle('bv-own', theme !== page);
      this.el.classList.toggle('bv-own', theme !== page);
      this.el.dataset.theme = theme;
      this.stage.setTheme(theme);
    };
    const watch = new MutationObserver(follow);
    const attributeFilter = ['data-jp-theme-light', 'theme', 'data-theme', 'data-vscode-theme-kind'];
    for (const node of [document.body, document.documentElement]) watch.observe(node, {attributeFilter});
    this.model.on('change:theme', follow);
    this.undo.push(() => watch.disconnect());
    follow();
  }

  close() {
    this.gone = true;
    this.stage.panes.delete(this);
    for (const back of this.undo) back();
  }
}

// JupyterLab keeps the handlers of closed comms, and with them whole models: cut what hangs on them (their arrays).
// three.js r97 keeps the lists of what it drew last: drop them.
async function release(model, ids) {
  const {renderers} = stages.get(model.get('renderer')), manager = model.widget_manager;
  const models = await Promise.all(ids.map(id => Promise.resolve(manager.get_model(id)).catch(() => null)));
  for (const one of models.filter(Boolean)) {
    const comm = one.comm?.jsServicesComm;
    one.once('destroy', () => {
      if (comm) comm.onClose = comm.onMsg = undefined;
      setTimeout(() => { one.attributes = {}; one._previousAttributes = {}; });
    });
  }
  setTimeout(() => renderers.forEach(renderer => renderer.renderLists.dispose()), 500);
}

export default {
  initialize({model}) {
    const stage = stageOf(model), asks = {
      grow: (_, buffers) => stage.grow(buffers),
      patch: (message, buffers) => stage.patch(message, buffers),
      fit: ({points}) => stage.fit(points),
      look: ({position, target, fov}) => {
        stage.camera.fov = fov;
        if (position) stage.goTo(position, target);
        else stage.home();
      },
      picture: async ({ask}) => model.send({type: 'picture', ask}, undefined, [await stage.picture()]),
    };
    model.on('msg:custom', async (message, buffers) => {
      try {
        if (message.type === 'release') return await release(model, message.ids);
        await stage.connected;
        await asks[message.type](message, buffers);
      } catch (problem) {
        model.send({type: 'problem', ask: message.ask, text: String(problem?.message ?? problem)});
      }
    });
    const then = act => () => stage.connected.then(() => act());
    model.on('change:uniforms', then(() => stage.applyUniforms()));
    model.on('change:light', then(() => { stage.applyLight(); stage.applyUniforms(); }));
    return () => {
      stage.close();
      stages.delete(model.get('renderer'));
    };
  },

  render({model, el}) {
    const pane = new Pane(model, el);
    return () => pane.close();
  },
};
