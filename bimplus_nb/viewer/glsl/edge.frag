uniform vec4 edgeColor;
varying vec3 vPlace, vColor;
varying float vAlpha;

void main() {
  section(vPlace);
  if (vAlpha < 0.02) discard;
  gl_FragColor = vec4(mix(edgeColor.rgb, vColor * 0.25, 0.35), edgeColor.a * vAlpha);
}
