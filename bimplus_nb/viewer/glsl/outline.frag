uniform vec4 color;
uniform float width;
varying vec3 vPlace;
varying float vSide;

void main() {
  section(vPlace);
  gl_FragColor = vec4(color.rgb, color.a * clamp((1.0 - abs(vSide)) * (width + 1.0) * 0.5, 0.0, 1.0));
}
