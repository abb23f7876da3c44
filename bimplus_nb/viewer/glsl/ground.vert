varying vec3 vPlace;
varying vec4 vClip;

void main() {
  vec4 place = modelMatrix * vec4(position, 1.0);
  vPlace = place.xyz;
  vClip = gl_Position = projectionMatrix * viewMatrix * place;
}
