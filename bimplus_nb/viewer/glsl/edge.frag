uniform vec4 edgeColor;
uniform float level;  // of the ground, which hides what is below unless something is cut
varying vec3 vPlace, vPaint;
varying float vAlpha;

void main() {
  section(vPlace);
  if (vAlpha < 0.02 || (vPlace.y < level && cameraPosition.y > level && cutting == 0)) discard;
  gl_FragColor = vec4(vPaint, edgeColor.a * vAlpha);
}
