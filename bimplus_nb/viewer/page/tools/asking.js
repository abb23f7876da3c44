// A place that the kernel asks for: the next click on the building is it. Without a hint the question is taken back.

TOOLS.push(pane => {
  const hint = make('div', 'bv-hint'), words = make('span'), key = make('span');
  key.append(make('kbd', '', 'Esc'), ' leave it');
  hint.append(words, key);
  hint.setAttribute('role', 'status');
  let answered = true, before = null;

  const answer = place => {
    if (answered) return;
    answered = true;
    pane.act('place', place);
  };

  const tool = {
    cursor: 'crosshair',
    start() {
      answered = false;
      pane.el.classList.add('bv-asking');
      pane.panel.overlay.append(hint);
      before = document.activeElement;
      // The question comes when the kernel can: not in the middle of what somebody writes in a form.
      if (!/^(INPUT|TEXTAREA|SELECT)$/.test(before.tagName)) pane.element.focus({preventScroll: true});
    },
    stop() {
      hint.remove();
      pane.el.classList.remove('bv-asking');
      answer({place: null});
    },
    rest: event => pane.on === tool && Boolean(event),
    click(event) {
      if (pane.on !== tool) return false;
      const {stage, view} = pane, at = pane.at(event), found = stage.places.find(view, ...at, {snapping: false});
      if (!found) words.textContent = 'There is nothing here: click on the building';
      else {
        const {part, at: place, snap} = found, {way} = stage.ray(at, view.renderer.getSize());
        answer({place: {part, at: place, snap}, way});
        pane.turnOn(null);
      }
      return true;
    },
    ask(said) {
      words.textContent = said;
      if (Boolean(said) === (pane.on === tool)) return;
      answered ||= !said;  // taken back: "nowhere" would be the answer to the next question
      pane.turnOn(tool);
      if (!said && document.activeElement === pane.element) before.focus({preventScroll: true});
    },
    close() { answered = true; },
  };
  return tool;
});

ASKS.place = (stage, {hint}) => {
  for (const pane of stage.panes) pane.tools?.find(tool => tool.ask)?.ask(hint);
};
