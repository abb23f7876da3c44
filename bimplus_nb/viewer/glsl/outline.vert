// Lines of any width, each a quad that faces the eye: `position` and `other` are its ends, `corner` 0 to 3. SEAM: where
// a section cuts, as dark as the part is to be seen.
attribute vec3 other;
attribute float corner;
uniform float width;      // CSS pixels
uniform vec2 resolution;  // CSS pixels
varying vec3 vPlace, vTint;
varying float vSide;
#ifdef SEAM
uniform vec3 lineColor, seamColor;
#endif

void main() {
  int bits = look(vTint);
#ifdef SEAM
  vTint = (bits & SELECTED) != 0 ? lineColor : seamColor;
  if (!present(bits) || (bits & GHOST) != 0) {
    gl_Position = NOWHERE;
    return;
  }
#endif
  vec4 a = viewMatrix * vec4(position + lift(), 1.0), b = viewMatrix * vec4(other + lift(), 1.0);
  float near = parallel() ? 1e30 : -1.001 * projectionMatrix[3][2] / (projectionMatrix[2][2] - 1.0);
  if (a.z > near) a = mix(b, a, (near - b.z) / (a.z - b.z));  // an end behind the eye moves up to the near plane
  if (b.z > near) b = mix(a, b, (near - a.z) / (b.z - a.z));
  vec4 from = nearer(a.xyz, 0.0012), to = nearer(b.xyz, 0.0012);
  vec2 along = (to.xy / to.w - from.xy / from.w) * resolution;
  along = length(along) > 1e-6 ? normalize(along) : vec2(1.0, 0.0);
  bool end = corner > 1.5;
  vSide = mod(corner, 2.0) * 2.0 - 1.0;
  vPlace = (end ? other : position) + lift();
  gl_Position = end ? to : from;
  vec2 sideways = vec2(-along.y, along.x) * vSide + along * (end ? 0.5 : -0.5);
  gl_Position.xy += sideways * (width + 1.0) / resolution * gl_Position.w;
}
