// Counted are all faces behind one plane: those of the other planes would count for them.
uniform int which;
varying vec3 vPlace;

void main() {
  if (dot(vPlace, cuts[which].xyz) > cuts[which].w) discard;
  gl_FragColor = vec4(0.0);
}
