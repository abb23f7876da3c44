// Fragment: the section plane. Everything with dot(place, cut.xyz) > cut.w is cut away.
uniform vec4 cut;

void section(vec3 place) {
  if (dot(place, cut.xyz) > cut.w) discard;
}
