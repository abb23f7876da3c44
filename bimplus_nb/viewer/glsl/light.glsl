// Fragment: light in linear space, mm, Y up. What stands in its way comes from a small volume around the building that
// holds how much of the sky (x) and of the sun (y) reaches each place.
precision highp sampler3D;

uniform vec3 sun, sunLight, skyLight, bounceLight;
uniform float ambient, key;
uniform sampler3D light;
uniform vec3 lightLow, lightSize;
uniform vec3 lightAmount;  // of the sky's shadow, of the sun's shadow, and a voxel's edge; nothing until it is known

// Screens are taken to show the square of what they are told: true to within a shade, and far cheaper than a power.
vec3 linear(vec3 color) { return color * color; }

// Whites bend instead of clipping.
vec3 screen(vec3 c) {
  c /= 1.0 + max(max(c.r, max(c.g, c.b)) - 0.75, 0.0) * 0.55;
  return sqrt(max(c, 0.0));
}

vec2 reaching(vec3 place) {
  if (lightAmount.x + lightAmount.y == 0.0) return vec2(0.5, 1.0);
  vec3 half_voxel = 0.5 / vec3(textureSize(light, 0)), at = (place - lightLow) / lightSize;
  vec3 beyond = max(max(-at, at - 1.0), 0.0) * lightSize / (2.0 * lightAmount.z);
  vec2 inside = texture(light, clamp(at, half_voxel, 1.0 - half_voxel)).ra;
  return mix(inside, vec2(0.5, 1.0), clamp(max(beyond.x, max(beyond.y, beyond.z)), 0.0, 1.0));
}

vec3 skyward(vec3 n) { return mix(bounceLight, skyLight, n.y * 0.5 + 0.5) * ambient; }

// A flat wall sees half the sphere: 0.5 counts as full light.
vec3 shade(vec3 base, vec3 place, vec3 n) {
  vec2 open = reaching(place + n * lightAmount.z);
  float free = open.x * 2.05, sky = mix(1.0, min(free * sqrt(free), 1.06), lightAmount.x);
  float direct = mix(1.0, smoothstep(0.08, 0.85, open.y), lightAmount.y) * max(dot(n, sun), 0.0) * key;
  float fill = max(dot(n, normalize(vec3(sun.z, 0.25, -sun.x))), 0.0) * 0.10;
  return base * (skyward(n) * sky + sunLight * direct + fill * sky);
}
