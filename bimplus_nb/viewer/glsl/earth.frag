// The ground where it is cut, fading downwards and away from the building.
uniform vec3 earthColor;
uniform vec3 centre;
uniform float reach, level;
uniform int which;
varying vec3 vPlace;

void main() {
  float below = level - vPlace.y;
  if (below < 0.0 || beyond(vPlace, which)) discard;
  float radius = reach / 3.0;
  float alpha = 1.0 - smoothstep(0.0, min(2600.0, 0.5 * radius), below);
  alpha *= 1.0 - smoothstep(0.7 * radius, 1.3 * radius, length(vPlace.xz - centre.xz));
  gl_FragColor = vec4(earthColor, alpha);
}
