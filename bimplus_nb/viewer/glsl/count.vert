// What a section fills: solid bodies that are closed, and no rooms.
varying vec3 vPlace;

void main() {
  vec3 color;
  int bits = look(color);
  vec4 place = placed();
  vPlace = place.xyz;
  bool filled = present(bits) && (bits & (CLOSED | GHOST | ROOM)) == CLOSED;
  gl_Position = filled ? projectionMatrix * viewMatrix * place : NOWHERE;
}
