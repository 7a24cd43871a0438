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

/** The picture of the links, over the whole canvas. */
export const BACKDROP_VERTEX = `
attribute vec2 corner;
varying vec2 spot;
void main() { gl_Position = vec4(corner, 0.0, 1.0); spot = 0.5 * corner + 0.5; }
`;

export const BACKDROP_FRAGMENT = `
precision mediump float;
uniform sampler2D picture;
varying vec2 spot;
void main() { gl_FragColor = texture2D(picture, spot); }
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

/**
 * `look`: shape (0 disc, 1 square, 2 diamond, 3 triangle), glow; negative glow: hollow (down). A
 * point is only as large as what is in it: its pixels are the cost of a frame.
 */
export const NODE_VERTEX = `${PLACE}
attribute float radius;
attribute vec3 colour;
attribute vec2 look;
varying vec3 ink;
varying vec2 form;
varying float size;
varying float reach;
void main() {
  gl_Position = placed();
  reach = look.y > 0.0 ? 1.8 : 1.2;
  size = 2.0 * (radius * reach + 1.0) * ratio;
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
varying float reach;
float edge(vec2 p) {
  if (form.x < 0.5) return length(p);
  if (form.x < 1.5) return max(abs(p.x), abs(p.y)) * 1.13;
  if (form.x < 2.5) return (abs(p.x) + abs(p.y)) * 0.8;
  return max(abs(p.x) * 0.87 - p.y * 0.5, p.y) * 1.45;
}
void main() {
  vec2 p = (gl_PointCoord - 0.5) * 2.0 * reach;
  float pixel = 2.0 * reach / size;
  float d = edge(p);
  float body = clamp((1.0 - d) / pixel, 0.0, 1.0);
  if (form.y < 0.0) body *= clamp((d - 0.66) / pixel, 0.0, 1.0);
  float ring = max(form.y, 0.0);
  float halo = ring * clamp((1.75 - d) / pixel, 0.0, 1.0) * clamp((d - 1.5) / pixel, 0.0, 1.0);
  float opacity = max(body, halo);
  gl_FragColor = vec4(ink * opacity, opacity);
}
`;
