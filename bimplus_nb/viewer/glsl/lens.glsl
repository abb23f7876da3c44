// Vertex: perspective or parallel lines, whichever the projection is.

bool parallel() { return projectionMatrix[3][3] == 1.0; }

// From a place towards the eye, any length.
vec3 eyeward(vec3 place) {
  return parallel() ? vec3(viewMatrix[0][2], viewMatrix[1][2], viewMatrix[2][2]) : cameraPosition - place;
}

// A place of the view on the screen, nearer by this share of the distance at which a perspective would show it so large.
// In depth units the shift would grow with the distance.
vec4 nearer(vec3 view, float share) {
  vec3 there = parallel() ? view + vec3(0.0, 0.0, 3.0 * share / projectionMatrix[1][1]) : view * (1.0 - share);
  return projectionMatrix * vec4(there, 1.0);
}
