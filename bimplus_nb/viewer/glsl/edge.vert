// Crease lines. A line that would be short on the screen fades, so stairs and furniture stay calm from afar.
uniform float span;             // about the length of the line, mm
uniform float pixels;           // CSS pixels a mm, times the distance in perspective
uniform float far;              // mm, from where on lines grow faint
uniform vec4 edgeColor;
uniform vec3 lineColor;         // of what is selected
varying vec3 vPlace, vPaint;
varying float vAlpha;

void main() {
  vec3 color;
  int bits = look(color);
  vPaint = (bits & SELECTED) != 0 ? lineColor : mix(edgeColor.rgb, color * 0.25, 0.35);
  vec4 place = placed(), view = viewMatrix * place;
  vPlace = place.xyz;
  float away = length(view.xyz);
  float seen = span * pixels / (parallel() ? 1.0 : away);
  // Of ghosts only the long lines, or a whole building of them is a thicket.
  vAlpha = (bits & GHOST) != 0 ? 0.22 * smoothstep(8.0, 80.0, seen) : smoothstep(2.5, 14.0, seen);
  vAlpha *= mix(1.0, 0.35, smoothstep(0.4, 1.6, away / far));
  gl_Position = present(bits) ? nearer(view.xyz, 0.0006) : NOWHERE;
}
