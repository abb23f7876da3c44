// What is shown when the browser takes the canvas away. It lends about sixteen to a page, and takes the one that was drawn
// on longest ago when somebody asks for another. It may give it back by itself, once others are gone.

TOOLS.push(pane => {
  const {element, panel, stage, view} = pane;
  let lost = false;

  // pythreejs keeps a canvas that was taken away among those that it can lend. It passes over one that is of another kind.
  const anew = () => {
    stage.renderer.set({_alpha: !stage.renderer.get('_alpha')}, {silent: true});
    if (view.renderer) view.freeze();
    view.tick();
  };

  const gone = event => {
    lost = true;
    event.target.addEventListener('webglcontextrestored', () => { if (lost) view.tick(); }, {once: true});
    panel.say(Causes.text('contexts'), 'contexts', {text: 'Draw it again', pressed: anew});
  };
  element.addEventListener('webglcontextlost', gone, true);  // before pythreejs, which then lets go of the canvas
  // A view that was just opened may have been lent one that was taken away before.
  if (view.renderer.context.isContextLost()) anew();

  return {
    frame() {
      if (!lost || !view.renderer || view.renderer.context.isContextLost()) return;  // or another view of the same was drawn
      lost = false;
      panel.unsay();
    },
    close() {
      element.removeEventListener('webglcontextlost', gone, true);
    },
  };
});
