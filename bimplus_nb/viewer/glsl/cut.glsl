// Fragment: the section planes. What has dot(place, xyz) > w of any of them is cut away.
uniform vec4 cuts[6];
uniform int cutting;  // how many of them there are

bool beyond(vec3 place, int but) {
  for (int i = 0; i < cutting; i++) if (i != but && dot(place, cuts[i].xyz) > cuts[i].w) return true;
  return false;
}

// Beyond a plane that the ray from the eye has yet to pass.
bool before(vec3 place) {
  for (int i = 0; i < cutting; i++) {
    if (dot(place, cuts[i].xyz) > cuts[i].w && dot(cameraPosition, cuts[i].xyz) > cuts[i].w) return true;
  }
  return false;
}

// CUT: whether there is any. A shader that may discard is dearer, also where it does not.
void section(vec3 place) {
#if CUT
  if (beyond(place, -1)) discard;
#endif
}
