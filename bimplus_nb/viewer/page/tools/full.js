// The whole screen for the building, with toolbar and legend.

TOOLS.push(pane => {
  if (!document.fullscreenEnabled) return {};  // the page that this one is in does not allow it
  const box = pane.el.parentElement, full = () => document.fullscreenElement === box;
  const press = async () => {
    try {
      await (full() ? document.exitFullscreen() : box.requestFullscreen());
    } catch (problem) {
      pane.panel.notice.textContent = problem.message;
    }
  };
  const changed = () => {
    pane.panel.light('full', full());
    pane.element.focus({preventScroll: true});
  };
  box.addEventListener('fullscreenchange', changed);
  return {
    button: {name: 'full', after: 'save', tip: 'Full screen (Shift+F)', icon: 'M9.5 2H14v4.5M14 2L9.5 6.5M6.5 14H2V9.5M2 14l4.5-4.5'},
    press,
    key(key, event) {
      if (key !== 'f' || !event.shiftKey) return false;
      press();
      return true;
    },
    close() { box.removeEventListener('fullscreenchange', changed); },
  };
});
