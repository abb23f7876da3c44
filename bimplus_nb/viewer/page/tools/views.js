// Views that have a number, and the choice between perspective and parallel lines.

TOOLS.push(pane => {
  const {stage} = pane, flat = () => Boolean(stage.height);
  const press = () => stage.setProjection(flat() ? 'perspective' : 'orthographic');
  return {
    button: {
      name: 'projection',
      after: 'home',
      tip: 'Parallel lines stay parallel: orthographic instead of perspective (O)',
      icon: 'M1.5 4h8.5M1.5 8h8.5M1.5 12h8.5M13 1.8v12.4',
    },
    press,
    key(key) {
      const view = VIEWS[Number(key) - 1];
      if (view) stage.fit(stage.subject(), view);
      else if (key === 'o') press();
      else return false;
      return true;
    },
    frame() { pane.panel.light('projection', flat()); },
  };
});
