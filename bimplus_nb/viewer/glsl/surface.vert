// Surfaces. LAYER: 0 opaque, 1 what one sees through, 2 the opaque ones that are ghosts. PICK: part numbers (1) or
// depths (2) for colours.
varying vec3 vPlace, vView, vEye, vColor;
varying float vLift;
flat varying int vBits, vPart;

void main() {
  int bits = look(vColor);
  bool ghost = (bits & GHOST) != 0;
  bool mine = LAYER == 0 ? !ghost : LAYER == 1 || ghost;
  vBits = bits;
  vPart = int(part + 0.5);
  vec4 place = placed(), view = viewMatrix * place;
  vPlace = place.xyz;
  vLift = lift().y;
  vView = view.xyz;
  vEye = eyeward(place.xyz);
  gl_Position = mine && present(bits) ? projectionMatrix * view : NOWHERE;
}
