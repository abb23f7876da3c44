// Where a body is cut it is hatched; lines finer than a pixel become one tone.
const float PITCH = 130.0;  // mm

uniform vec3 capColor, hatchColor;
uniform int which;
varying vec3 vPlace;
varying float vAlong;

void main() {
  if (beyond(vPlace, which)) discard;
  float pixel = fwidth(vAlong) / PITCH, off = abs(fract(vAlong / PITCH) - 0.5);
  float line = mix(1.0 - smoothstep(0.06, 0.06 + pixel * 1.2, off), 0.16, smoothstep(0.25, 0.6, pixel));
  gl_FragColor = vec4(mix(capColor, hatchColor, line), 1.0);
}
