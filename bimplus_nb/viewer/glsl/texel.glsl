// Vertex: what a part looks like at the moment. The bits are those of state.py.
const int VISIBLE = 1, GHOST = 2, SELECTED = 4, COLORED = 8, ROOM = 32;

attribute float part;
uniform sampler2D texels;

int look(out vec3 color) {
  int i = int(part + 0.5), width = textureSize(texels, 0).x;
  vec4 texel = texelFetch(texels, ivec2(i % width, i / width), 0);
  color = texel.rgb;
  return int(texel.a * 255.0 + 0.5);
}

// Rooms are there only while they have a colour.
bool present(int bits) {
  return (bits & VISIBLE) != 0 && ((bits & ROOM) == 0 || (bits & COLORED) != 0);
}

const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);
