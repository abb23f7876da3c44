// The widget beside each pythreejs renderer: what the kernel asks for, and the end of it all.

const ENVELOPE = 4096;  // bytes of a message around what it brings, at most
const stages = new Map();  // by renderer: anywidget hands out two faces of one model, to begin with and to draw

function stageOf(model) {
  const id = model.get('renderer');
  if (!stages.has(id)) stages.set(id, new Stage(model));
  return stages.get(id);
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

// Bytes that the way to the kernel takes; it breaks off where there are more.
function sendable(bytes) {
  const size = bytes.byteLength + ENVELOPE;
  if (size > Causes.limit) throw Causes.error('message-limit', {size: (size / 2 ** 20).toFixed(1)});
  return bytes;
}

Object.assign(ASKS, {
  grow: (stage, _, buffers) => stage.grow(buffers),
  patch: (stage, message, buffers) => stage.patch(message, buffers),
  fit: (stage, {points, direction}) => stage.fit(points, direction ?? undefined),
  look(stage, {position, target, fov, height}) {
    stage.land();
    stage.camera.fov = fov;
    if (position) return stage.goTo(position, target, true, height);
    stage.setProjection('perspective');
    stage.home();
  },
  projection: (stage, {projection}) => stage.setProjection(projection),
  async picture(stage, {ask}) {
    stage.tell({type: 'picture', ask}, [sendable(await stage.picture())]);
  },
});

document.head.append(Object.assign(document.createElement('style'), {textContent: CSS}));

const WIDGET = {
  begin(model) {
    const stage = stageOf(model);
    const then = act => () => stage.connected.then(() => act());
    model.on('change:uniforms', then(() => { stage.applyUniforms(); stage.improved(); }));
    model.on('change:light', then(() => { stage.applyLight(); stage.improved(); }));
    model.on('change:cuts', then(() => { stage.cuts.take(model.get('cuts')); stage.applyCuts(); stage.draw(); }));
    model.on('change:seams', then(() => { stage.cuts.takeSeams(model.get('seams')); stage.draw(); }));
    model.on('change:printed', then(() => stage.rest()));
    model.on('change:storeys change:lifted', then(() => stage.applyStoreys()));
    model.on('change:texels', then(() => stage.retake()));  // told whole only where a page missed patches
    return {
      async hear(message, buffers) {
        try {
          if (message.type === 'release') return await release(model, message.ids);
          await stage.connected;
          await ASKS[message.type](stage, message, buffers);
        } catch (problem) {
          stage.tell({type: 'problem', ask: message.ask, text: String(problem?.message ?? problem)});
        }
      },

      close() {
        stage.close();
        stages.delete(model.get('renderer'));
      },
    };
  },

  render({model, el}) {
    const pane = new Pane(model, el, stageOf(model));
    return () => pane.close();
  },
};
