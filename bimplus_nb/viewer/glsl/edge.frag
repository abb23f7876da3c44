uniform vec4 edgeColor;
uniform float level;  // of the ground, which hides what is below unless something is cut
varying vec3 vPlace, vColor;
varying float vAlpha;

void main() {
  section(vPlace);
  if (vAlpha < 0.02 || (vPlace.y < level && cameraPosition.y > level && cutting == 0)) discard;
  gl_FragColor = vec4(mix(edgeColor.rgb, vColor * 0.25, 0.35), edgeColor.a * vAlpha);
}
