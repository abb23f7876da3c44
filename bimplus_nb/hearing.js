// anywidget tells a model nothing any more whose code did not begin within two seconds of its coming (`ready` of its
// runtime, since 0.9.14), as on a page that is busy with something big. So one that is late listens by itself, as any
// other model of ipywidgets does, and asks the kernel for its state, since what it was told before is lost.

const hearing = (() => {
  // The model itself, of which anywidget hands out a part: an event names it.
  function itself(model) {
    let whole;
    const named = one => { whole = one; };
    model.on('change:begun', named);
    model.set('begun', Date.now());  // another than in a state that was saved
    model.off('change:begun', named);
    return whole;
  }

  async function hears(whole) {
    try {
      await whole._handle_comm_msg({content: {data: {}}});  // says nothing, and fails where nothing comes through
      return true;
    } catch {
      return false;
    }
  }

  async function listen(model) {
    const whole = itself(model), {comm} = whole;
    if (!comm || await hears(whole)) return;
    const {_handle_comm_msg: hear} = Object.getPrototypeOf(whole.constructor.prototype);
    comm.on_msg(message => hear.call(whole, message));
    comm.send({method: 'request_state'}, undefined, {}, []);
  }

  return ({initialize, render}) => ({
    initialize(context) {
      listen(context.model);
      return initialize?.(context);
    },
    render,
  });
})();
