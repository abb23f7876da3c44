const int GHOST = 2, SELECTED = 4, COLORED = 8, CLOSED = 16, ROOM = 32;

uniform vec3 selectColor, ghostColor;
varying vec3 vPlace, vView, vEye, vColor;
varying float vLift;
flat varying int vBits, vPart;

#if PICK
void main() {
  if ((vBits & GHOST) != 0 || before(vPlace)) discard;
  // Between two planes a body may have no face. Where the next one is its back, beyond, one looks at its cap.
  bool after = beyond(vPlace, -1);
  if (after && (LAYER != 0 || (vBits & (CLOSED | ROOM)) != CLOSED)) discard;
  int number = PICK == 1 ? vPart : int(gl_FragCoord.z * 16777215.0);
  gl_FragColor = after && gl_FrontFacing
    ? vec4(0.0)
    : vec4(number & 255, (number >> 8) & 255, (number >> 16) & 255, 255) / 255.0;
}
#else
vec4 ghostly(float rim) { return vec4(ghostColor, 0.035 + 0.22 * rim * rim); }

void main() {
  section(vPlace);
  // Flat normals from derivatives: nothing to send, and they face the eye by themselves. Taken of the view, whose
  // numbers are small near the eye, and turned into the world.
  vec3 n = normalize(cross(dFdx(vView), dFdy(vView))) * mat3(viewMatrix);
  vec3 eye = normalize(vEye);
  float facing = abs(dot(n, eye)), rim = 1.0 - facing;
  bool selected = (vBits & SELECTED) != 0, colored = (vBits & COLORED) != 0;
  vec3 base = linear(vColor), tint = linear(selectColor);

#if LAYER == 2
  gl_FragColor = (vBits & ROOM) != 0 ? vec4(vColor, 0.30 + 0.35 * rim * rim) : ghostly(rim);
  if (selected) gl_FragColor = vec4(selectColor, 0.18 + 0.3 * rim * rim);
#elif LAYER == 1
  if ((vBits & GHOST) != 0) {
    gl_FragColor = ghostly(rim);
    return;
  }
  float glint = pow(max(dot(reflect(-eye, n), sun), 0.0), 60.0);
  vec3 color = mix(base, mix(vec3(0.80, 0.87, 0.93), skyLight, 0.4), 0.35 + 0.5 * rim * rim);
  if (selected) color = mix(color, tint, 0.6);
  if (colored) color = base;
  float alpha = selected ? 0.55 : colored ? 0.75 : 0.20;
  gl_FragColor = vec4(screen(color + glint * 0.6), alpha + 0.45 * rim * rim * rim + glint * 0.4);
#else
  // What is coloured by a value has no shadows, so that the legend tells the truth; all else has those of the whole
  // building. A processor without a graphics card runs both sides of every branch: there is one call of `shade`.
  if (selected && !colored) base = mix(base, tint * 1.15, 0.8);
  vec3 lit = shade(base, vPlace - vec3(0.0, vLift, 0.0), n);
  vec3 color = colored ? base * (0.74 + 0.16 * n.y + 0.30 * max(dot(n, sun), 0.0) + 0.10 * facing) : lit;
  if (selected) color = colored ? color * 1.12 + 0.05 + 0.22 * rim * rim : color + tint * (0.1 + 0.35 * rim * rim * rim);
  gl_FragColor = vec4(screen(color), 1.0);
#endif
}
#endif
