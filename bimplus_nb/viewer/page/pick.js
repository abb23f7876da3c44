// Which part is in front at one pixel, exactly: the scene drawn once more with part numbers for colours, one pixel large.
//
// Into a framebuffer of its own with one sample: the canvas is multisampled, so numbers read from it are averages wherever
// two parts meet. Renderbuffers and not textures, because three.js caches texture bindings.

const targets = new WeakMap();

function pixelTarget(gl) {
  if (!targets.has(gl)) {
    const was = gl.getParameter(gl.FRAMEBUFFER_BINDING), frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    for (const [format, point] of [[gl.RGBA8, gl.COLOR_ATTACHMENT0], [gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT]]) {
      const buffer = gl.createRenderbuffer();
      gl.bindRenderbuffer(gl.RENDERBUFFER, buffer);
      gl.renderbufferStorage(gl.RENDERBUFFER, format, 1, 1);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, point, gl.RENDERBUFFER, buffer);
    }
    gl.bindRenderbuffer(gl.RENDERBUFFER, null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, was);
    targets.set(gl, frame);
  }
  return targets.get(gl);
}

// The part at a point of the canvas (CSS pixels from its top left), or null. The canvas itself is not touched.
function pick({renderer, scene, camera}, x, y) {
  const gl = renderer.context, ratio = renderer.getPixelRatio(), {width, height} = renderer.getSize();
  const undo = [], change = (object, values) => {
    const was = Object.fromEntries(Object.keys(values).map(key => [key, object[key]]));
    Object.assign(object, values);
    undo.push(() => Object.assign(object, was));
  };
  change(scene.children.find(child => child.name === 'ghosts'), {visible: false});
  const seen = new Set();
  scene.traverse(object => {
    const {material} = object;
    if (!material || seen.has(material)) return;
    if (!material.uniforms?.idPass) change(object, {visible: false});
    else {
      seen.add(material);
      change(material.uniforms.idPass, {value: 1});
      change(material, {transparent: false, depthWrite: true});  // the nearest pane of glass wins
      change(material, {polygonOffsetFactor: 0});  // which moves slopes back by a pixel, behind the ground they lie on
    }
  });
  const color = renderer.getClearColor().clone(), alpha = renderer.getClearAlpha(), {aspect} = camera;
  renderer.setClearColor(0, 0);
  camera.setViewOffset(gl.drawingBufferWidth, gl.drawingBufferHeight, Math.floor(x * ratio), Math.floor(y * ratio), 1, 1);
  renderer.setFramebuffer(pixelTarget(gl));
  // r97 turns the viewport upside down and multiplies it by the pixel ratio, then GL cuts the fraction off.
  const side = 1.01 / ratio;
  renderer.setViewport(0, height - side, side, side);
  renderer.render(scene, camera);
  const pixel = new Uint8Array(4);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  renderer.setFramebuffer(null);
  renderer.setRenderTarget(null);
  renderer.setViewport(0, 0, width, height);
  renderer.setClearColor(color, alpha);
  camera.clearViewOffset();
  camera.aspect = aspect;
  camera.updateProjectionMatrix();
  for (const back of undo.reverse()) back();
  return pixel[3] ? pixel[0] + 256 * pixel[1] + 65536 * pixel[2] : null;
}
