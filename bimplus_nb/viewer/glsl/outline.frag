uniform vec4 color;
uniform float width;
varying vec3 vPlace, vTint;
varying float vSide;

void main() {
  section(vPlace);
#ifdef SEAM
  vec3 paint = vTint;
#else
  vec3 paint = color.rgb;
#endif
  gl_FragColor = vec4(paint, color.a * clamp((1.0 - abs(vSide)) * (width + 1.0) * 0.5, 0.0, 1.0));
}
