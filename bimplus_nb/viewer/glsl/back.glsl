// Fragment: the backdrop, a gradient from bottom to top, a little darker at the rim, dithered against banding.
uniform vec3 backTop, backBottom;
varying vec4 vClip;

vec3 backdrop() {
  vec2 q = vClip.xy / vClip.w * 0.5 + 0.5;
  vec3 color = mix(backBottom, backTop, smoothstep(0.0, 1.0, q.y));
  color *= 1.0 - 0.10 * smoothstep(0.35, 0.9, length((q - 0.5) * vec2(1.0, 0.8)));
  return color + (fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453) - 0.5) / 255.0;
}
