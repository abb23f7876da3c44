// A Pane: one place on the page that shows a stage. It has the canvas, what stands around it, and the tools.
//
// A tool is what a file in tools/ makes of a pane. It may have:
//   button {name, tip, icon}     in the toolbar, behind the one that `after` names or before the last; a click on it turns the
//                                tool on or off. While it is on, the mouse is its own
//   start(), stop(), cursor      when that happens, and how the mouse looks then
//   press ()                     what a click on the button does instead, for a tool that needs no mouse
//   down, move, up (event)       a pointer on the canvas, asked before the camera moves; true: it was the tool's
//   click (event)                a click that was no drag; true: no selection
//   wheel (event)                before the camera moves; true: it was the tool's
//   rest (event)                 the mouse has come to rest on the canvas, or has left it (null)
//   menu (event)                 a right click that was no drag
//   key (key, event)             a key while the canvas has the focus; true: nobody else gets it
//   about ({part, parts, words}) the kernel has said what a part is, or (part null) the selection
//   frame ()                     after each frame, to put things over the picture where they belong
//   show ()                      the kernel has said something: words, or `tools` (what each tool shows, by its name)
//   listed (), seen ()           the kernel has said what there is (tools/tree.js), or what is seen of it
//   close ()                     the end
//
// `pane.panel.overlay` lies over the canvas and is for the tools; `pane.stage` is the scene.

const TOOLS = [];  // makers of tools, in the order of their buttons
const ASKS = {};   // what the kernel may ask of a stage: (stage, message, buffers) by the message's type
const KEYS = {f: 'fit', h: 'hide', i: 'isolate', x: 'xray', escape: 'escape'};

const SOON = 1500;  // ms in which a renderer is there, where there can be one; to ask for another takes time

function canDraw() {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return Boolean(context);
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
  constructor(model, el, stage) {
    this.model = model;
    this.el = el;
    this.stage = stage;
    this.undo = [];
    this.on = null;  // the tool that has the mouse, if any
    this.panel = new Panel(el, (name, more) => this.act(name, more));
    const show = () => this.panel.show(model);
    for (const name of ['words', 'legend', 'notice']) model.on(`change:${name}`, show);
    show();
    this.followTheme();
    this.begin().catch(problem => this.panel.say(String(problem?.message ?? problem), problem?.cause));
  }

  async begin() {
    setTimeout(() => { if (!this.view && !this.gone && !canDraw()) this.panel.say(Causes.text('no-webgl'), 'no-webgl'); }, SOON);
    await this.stage.connected;
    this.view = await this.neighbour();
    if (!this.view) return;
    if (!(this.view.renderer.context instanceof WebGL2RenderingContext)) throw Causes.error('no-webgl');
    this.stage.panes.add(this);
    this.stage.renderers.add(this.view.renderer);
    const element = this.element = this.view.el;
    Object.assign(element, {tabIndex: 0});
    element.setAttribute('role', 'application');  // it answers to keys; see the viewer's docstring
    element.setAttribute('aria-label', '3D view');
    element.dataset.lmSuppressShortcuts = 'true';  // Lab would take H, X and I for itself
    this.undo.push(orbit(this, element));
    this.tools = TOOLS.map(make => make(this));
    for (const tool of this.tools) {
      if (tool.press) this.panel.addTool(tool.button, tool.press);
      else if (tool.button) this.panel.addTool(tool.button, () => this.turnOn(tool), true);
    }
    const shown = () => this.ask('show');
    for (const name of ['tools', 'words']) this.model.on(`change:${name}`, shown);
    this.undo.push(() => this.ask('close'));
    shown();
    const pressed = event => this.press(event);
    element.addEventListener('keydown', pressed);
    element.addEventListener('pointerdown', () => element.focus({preventScroll: true}));
    const watch = new ResizeObserver(() => this.resize());
    watch.observe(this.panel.stage);
    this.undo.push(() => element.removeEventListener('keydown', pressed), () => watch.disconnect());
  }

  // The renderer's view in the same box. It may come later than this one, and never where nothing can be drawn.
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
    this.panel.fold();
    const {clientWidth: width, clientHeight: height} = this.panel.stage, {stage, view} = this;
    if (!width || !height || !view.renderer) return;
    // Told to the model as well, silently: it is what a canvas gets that the browser lends anew.
    stage.renderer.set({_width: width, _height: height}, {silent: true});
    view.renderer.setSize(width, height);
    stage.camera.aspect = width / height;
    stage.scene.visible = true;  // it starts dark, so that the first frame is of the right size and colours
    if (!stage.target) return stage.include();
    if (stage.untouched) stage.home(false);
    stage.detail.choose(false);
    view.renderScene();  // at once: a canvas of a new size is empty
  }

  // --- tools ----------------------------------------------------------------------------------------------------

  // Ask the tool that is on, then all others, until one says true: that it was its business.
  ask(hook, ...words) {
    const others = (this.tools ?? []).filter(tool => tool !== this.on);
    return [this.on, ...others].some(tool => tool?.[hook]?.(...words) === true);
  }

  // The mouse is this tool's, until it is turned off (or turned on again); null for none.
  turnOn(tool) {
    const was = this.on;
    this.on = was === tool ? null : tool;
    was?.stop?.();
    this.on?.start?.();
    this.panel.press(this.on?.button?.name);
    this.element.style.cursor = this.on?.cursor ?? '';
  }

  // Where a mouse event is on the canvas, CSS pixels.
  at(event) {
    const box = this.view.renderer.domElement.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  click(event) {
    if (this.ask('click', event)) return;
    const toggle = event.ctrlKey || event.metaKey || event.shiftKey;
    this.act('pick', {part: pick(this.view, ...this.at(event)), toggle});
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === 'escape' && this.on) this.turnOn(null);
    else if (!this.ask('key', key, event)) {
      if (!KEYS[key]) return;
      this.act(KEYS[key]);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // Done here where the page can; else the kernel is told (viewer.py, ``_on_…``).
  act(name, more) {
    const {stage} = this;
    if (name === 'fit') stage.fit(stage.subject());
    else if (name === 'home') stage.home();
    else if (name === 'save') this.save();
    else stage.tell({type: 'act', name, ...more});
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
