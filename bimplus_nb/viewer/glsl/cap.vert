// A square in a section plane, as far as anything reaches.
uniform vec4 cuts[6];
uniform int which;
uniform vec3 centre;
uniform float reach;
varying vec3 vPlace;
varying float vAlong;  // mm across the hatch

void main() {
  vec3 n = cuts[which].xyz;
  vec3 right = normalize(cross(abs(n.y) > 0.9 ? vec3(0.0, 0.0, 1.0) : vec3(0.0, 1.0, 0.0), n)), up = cross(n, right);
  vec2 corner = position.xy * reach;
  vPlace = centre - n * (dot(centre, n) - cuts[which].w) + right * corner.x + up * corner.y;
  vAlong = (corner.x - corner.y) * 0.70710678;
  gl_Position = projectionMatrix * viewMatrix * vec4(vPlace, 1.0);
#ifdef EARTH
  gl_Position.z = 0.99998 * gl_Position.w;  // only where nothing else is: a cellar is not full of it
#endif
}
