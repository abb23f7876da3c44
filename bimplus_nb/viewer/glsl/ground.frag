// The ground receives shadows and dissolves into the backdrop.
uniform vec3 groundColor;
uniform vec2 fade;  // mm from the middle: where it begins to dissolve, where it has
uniform vec2 middle;
varying vec3 vPlace;

void main() {
  section(vPlace);
#if PICK  // hides what is below it, and is nothing itself
  gl_FragColor = vec4(0.0);
#else
  vec3 up = vec3(0.0, 1.0, 0.0);
  vec2 open = reaching(vPlace + up * lightAmount.z * 0.9);
  float sky = mix(1.0, min(open.x * 2.05, 1.0), lightAmount.x);
  float direct = mix(1.0, smoothstep(0.05, 0.9, open.y), lightAmount.y);
  vec3 fromSky = skyward(up), fromSun = sunLight * key * sun.y;
  vec3 lit = min((fromSky * sky + fromSun * direct) / (fromSky + fromSun), 1.0);  // 1 where nothing is in the way
  vec3 shadow = sqrt(lit);
  float near = 1.0 - smoothstep(fade.x, fade.y, length(vPlace.xz - middle));
  gl_FragColor = vec4(mix(backdrop() * shadow, groundColor * shadow, near), 1.0);
#endif
}
