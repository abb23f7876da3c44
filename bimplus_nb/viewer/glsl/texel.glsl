// Vertex: what a part looks like at the moment. The bits are those of state.py.
const int VISIBLE = 1, GHOST = 2, SELECTED = 4, COLORED = 8, CLOSED = 16, ROOM = 32;

attribute float part;
uniform sampler2D texels;
uniform float lifted;  // mm between storeys that are drawn apart; the storeys of all parts are below their texels

int look(out vec3 color) {
  int i = int(part + 0.5), width = textureSize(texels, 0).x;
  vec4 texel = texelFetch(texels, ivec2(i % width, i / width), 0);
  color = texel.rgb;
  return int(texel.a * 255.0 + 0.5);
}

// How far up a part is drawn from where it is.
vec3 lift() {
  if (lifted == 0.0) return vec3(0.0);
  int i = int(part + 0.5);
  ivec2 size = textureSize(texels, 0);
  return vec3(0.0, texelFetch(texels, ivec2(i % size.x, i / size.x + size.y / 2), 0).r * 255.0 * lifted, 0.0);
}

vec4 placed() { return modelMatrix * vec4(position, 1.0) + vec4(lift(), 0.0); }

// Rooms are there only while they have a colour.
bool present(int bits) {
  return (bits & VISIBLE) != 0 && ((bits & ROOM) == 0 || (bits & COLORED) != 0);
}

const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);
