void main() {
  gl_FragColor = vec4(backdrop(), 1.0);
}
