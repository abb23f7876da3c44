varying vec4 vClip;

void main() {
  vClip = gl_Position = vec4(position.xy, 0.99999, 1.0);
}
