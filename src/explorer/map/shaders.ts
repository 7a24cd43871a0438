/**
 * What the graphics processor does for the map. Points are squares that the fragment shader cuts
 * into shapes, by distance to their edge, so that they are smooth without multisampling. Colours
 * come out multiplied by their opacity.
 */

const PLACE = `
uniform vec4 view;
uniform float ratio;
attribute vec2 place;
vec4 placed() { return vec4((place.x - view.x) * view.z, (view.y - place.y) * view.w, 0.0, 1.0); }
`;

export const LINE_VERTEX = `${PLACE}
void main() { gl_Position = placed(); }
`;

export const LINE_FRAGMENT = `
precision mediump float;
uniform vec4 colour;
void main() { gl_FragColor = vec4(colour.rgb * colour.a, colour.a); }
`;

export const DOT_VERTEX = `${PLACE}
attribute float radius;
attribute vec3 colour;
varying vec3 ink;
varying float size;
void main() {
  gl_Position = placed();
  size = 2.0 * radius * ratio + 1.0;
  gl_PointSize = size;
  ink = colour;
}
`;

export const DOT_FRAGMENT = `
precision mediump float;
varying vec3 ink;
varying float size;
void main() {
  float inside = (0.5 - length(gl_PointCoord - 0.5)) * size;
  float opacity = clamp(inside, 0.0, 1.0);
  gl_FragColor = vec4(ink * opacity, opacity);
}
`;

/** `look`: shape (0 disc, 1 square, 2 diamond, 3 triangle), glow; negative glow: hollow (down). */
export const NODE_VERTEX = `${PLACE}
attribute float radius;
attribute vec3 colour;
attribute vec2 look;
varying vec3 ink;
varying vec2 form;
varying float size;
void main() {
  gl_Position = placed();
  size = 2.0 * (radius * 1.8 + 1.0) * ratio;
  gl_PointSize = size;
  ink = colour;
  form = look;
}
`;

export const NODE_FRAGMENT = `
precision mediump float;
varying vec3 ink;
varying vec2 form;
varying float size;
float edge(vec2 p) {
  if (form.x < 0.5) return length(p);
  if (form.x < 1.5) return max(abs(p.x), abs(p.y)) * 1.13;
  if (form.x < 2.5) return (abs(p.x) + abs(p.y)) * 0.8;
  return max(abs(p.x) * 0.87 - p.y * 0.5, p.y) * 1.45;
}
void main() {
  vec2 p = (gl_PointCoord - 0.5) * 3.6;
  float pixel = 3.6 / size;
  float d = edge(p);
  float body = clamp((1.0 - d) / pixel, 0.0, 1.0);
  if (form.y < 0.0) body *= clamp((d - 0.66) / pixel, 0.0, 1.0);
  float ring = max(form.y, 0.0);
  float halo = ring * clamp((1.75 - d) / pixel, 0.0, 1.0) * clamp((d - 1.3) / pixel, 0.0, 1.0);
  float opacity = max(body, halo);
  gl_FragColor = vec4(ink * opacity, opacity);
}
`;
