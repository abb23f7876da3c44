// What each viewer brings along: the way to the code, which a page gets once and keeps, whatever is run again.

const codes = (globalThis[Symbol.for('bimplus_nb.viewer')] ??= new Map());  // by fingerprint

async function fetched(model, id) {
  const {buffer, byteOffset, byteLength} = (await model.widget_manager.get_model(id)).get('packed');
  const packed = new Blob([new Uint8Array(buffer, byteOffset, byteLength)]).stream();
  const text = await new Response(packed.pipeThrough(new DecompressionStream('gzip'))).text();
  const url = URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function code(model) {
  const {id, fingerprint} = model.get('code');
  if (!codes.has(fingerprint)) codes.set(fingerprint, fetched(model, id));
  codes.get(fingerprint).catch(() => codes.delete(fingerprint));
  return codes.get(fingerprint);
}

export default hearing({
  // At once, as anywidget wants it (see hearing.js): the code may take longer to come, and what is told until then waits.
  initialize({model}) {
    const begun = code(model).then(widget => widget.begin(model));
    const unless = () => {};  // the code does not come: `render` says why
    model.on('msg:custom', (message, buffers) => { begun.then(side => side.hear(message, buffers), unless); });
    return () => begun.then(side => side.close(), unless);
  },

  render: async context => (await code(context.model)).render(context),
});
