/**
 * Draws a network by WebGL: lines, discs with a shape for each kind of node, and dots that move.
 * Three programs, buffers that are filled once and changed in place. Written here because the
 * drawing libraries for graphs move nothing along their edges: sixty lines of shaders do.
 *
 * Links are drawn once into a picture that every frame begins with: where a processor does the
 * work of a graphics card, four thousand lines cost more than everything else. The canvas is opaque
 * for the same reason: laying it over the page costs half.
 *
 * Limit: colours are told to the shaders as numbers 0..1; the device's pixels are counted at most
 * twice, more costs time and shows nothing.
 */
import {
  BACKDROP_FRAGMENT,
  BACKDROP_VERTEX,
  DOT_FRAGMENT,
  DOT_VERTEX,
  LINE_FRAGMENT,
  LINE_VERTEX,
  NODE_FRAGMENT,
  NODE_VERTEX,
} from './shaders.ts';

/** What a node looks like: position, radius in pixels, colour, shape, glow 0..1. */
export const NODE_FLOATS = 8;
/** Position, radius in pixels, colour. */
export const DOT_FLOATS = 6;
/** Position of one end. */
export const LINE_FLOATS = 2;

/** How the map is moved and scaled: pixels of a unit, and what is in the middle. */
export type View = {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
};

/** Numbers of what is drawn; only the first `count` of each are. */
export type Drawn = {
  readonly nodes: Float32Array;
  readonly nodeCount: number;
  readonly dots: Float32Array;
  readonly dotCount: number;
  readonly lineColour: readonly [number, number, number, number];
  readonly ground: readonly [number, number, number];
};

type Pass = { readonly program: WebGLProgram; readonly buffer: WebGLBuffer };

/** Owner of a WebGL context. */
export class Renderer {
  readonly #gl: WebGLRenderingContext;
  readonly #lines: Pass;
  readonly #nodes: Pass;
  readonly #dots: Pass;
  readonly #backdrop: Pass;
  /** What the picture of the links was drawn for. */
  #pictured = '';
  #lineCount = 0;
  #ratio = 1;

  /** @throws Error if the browser has no WebGL */
  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl', { antialias: false, alpha: false, depth: false });
    if (gl === null) throw new Error('this browser draws no WebGL');
    this.#gl = gl;
    this.#lines = this.#pass(LINE_VERTEX, LINE_FRAGMENT);
    this.#nodes = this.#pass(NODE_VERTEX, NODE_FRAGMENT);
    this.#dots = this.#pass(DOT_VERTEX, DOT_FRAGMENT);
    gl.enable(gl.BLEND);
    this.#backdrop = this.#pass(BACKDROP_VERTEX, BACKDROP_FRAGMENT);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#backdrop.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, Float32Array.of(-1, -1, 1, -1, -1, 1, 1, 1), gl.STATIC_DRAW);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    }
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Takes the size of the canvas, in pixels of the page. */
  resize(width: number, height: number, ratio: number): void {
    const { canvas } = this.#gl;
    this.#ratio = Math.min(2, ratio);
    canvas.width = Math.max(1, Math.round(width * this.#ratio));
    canvas.height = Math.max(1, Math.round(height * this.#ratio));
    this.#gl.viewport(0, 0, canvas.width, canvas.height);
  }

  /** Takes the ends of lines, two after two. */
  setLines(ends: Float32Array): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#lines.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, ends, gl.STATIC_DRAW);
    this.#lineCount = ends.length / LINE_FLOATS;
    this.#pictured = '';
  }

  /** Draws one frame. */
  draw(view: View, drawn: Drawn): void {
    this.#drawBackdrop(view, drawn);
    this.#drawPoints(this.#dots, view, {
      data: drawn.dots,
      count: drawn.dotCount,
      stride: DOT_FLOATS,
    });
    this.#drawPoints(this.#nodes, view, {
      data: drawn.nodes,
      count: drawn.nodeCount,
      stride: NODE_FLOATS,
    });
  }

  /** Frees the context. */
  dispose(): void {
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  #drawBackdrop(view: View, { lineColour, ground }: Drawn): void {
    const gl = this.#gl;
    const { width, height } = gl.canvas;
    const wanted = [width, height, view.scale, view.x, view.y, ...lineColour].join();
    if (wanted !== this.#pictured) {
      gl.clearColor(...ground, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      this.#drawLines(view, lineColour);
      gl.copyTexImage2D(gl.TEXTURE_2D, 0, gl.RGB, 0, 0, width, height, 0);
      this.#pictured = wanted;
      return;
    }
    gl.useProgram(this.#backdrop.program);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#backdrop.buffer);
    this.#attribute(this.#backdrop, 'corner', { size: 2, stride: 2, offset: 0 });
    gl.disable(gl.BLEND);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.enable(gl.BLEND);
  }

  #drawLines(view: View, colour: Drawn['lineColour']): void {
    const gl = this.#gl;
    if (this.#lineCount === 0) return;
    this.#begin(this.#lines, view);
    gl.uniform4f(this.#uniform(this.#lines, 'colour'), ...colour);
    this.#attribute(this.#lines, 'place', { size: 2, stride: LINE_FLOATS, offset: 0 });
    gl.drawArrays(gl.LINES, 0, this.#lineCount);
  }

  #drawPoints(
    pass: Pass,
    view: View,
    { data, count, stride }: { data: Float32Array; count: number; stride: number },
  ): void {
    if (count === 0) return;
    const gl = this.#gl;
    this.#begin(pass, view);
    gl.bufferData(gl.ARRAY_BUFFER, data.subarray(0, count * stride), gl.DYNAMIC_DRAW);
    this.#attribute(pass, 'place', { size: 2, stride, offset: 0 });
    this.#attribute(pass, 'radius', { size: 1, stride, offset: 2 });
    this.#attribute(pass, 'colour', { size: 3, stride, offset: 3 });
    if (stride === NODE_FLOATS) this.#attribute(pass, 'look', { size: 2, stride, offset: 6 });
    gl.drawArrays(gl.POINTS, 0, count);
  }

  #begin(pass: Pass, view: View): void {
    const gl = this.#gl;
    gl.useProgram(pass.program);
    gl.bindBuffer(gl.ARRAY_BUFFER, pass.buffer);
    const { width, height } = gl.canvas;
    const [x, y] = [
      (2 * view.scale * this.#ratio) / width,
      (2 * view.scale * this.#ratio) / height,
    ];
    gl.uniform4f(this.#uniform(pass, 'view'), view.x, view.y, x, y);
    gl.uniform1f(this.#uniform(pass, 'ratio'), this.#ratio);
  }

  #attribute(
    { program }: Pass,
    name: string,
    { size, stride, offset }: { size: number; stride: number; offset: number },
  ): void {
    const gl = this.#gl;
    const at = gl.getAttribLocation(program, name);
    if (at < 0) return;
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, gl.FLOAT, false, 4 * stride, 4 * offset);
  }

  #uniform({ program }: Pass, name: string): WebGLUniformLocation | null {
    return this.#gl.getUniformLocation(program, name);
  }

  #pass(vertex: string, fragment: string): Pass {
    const gl = this.#gl;
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(type);
      if (shader === null) throw new Error('this browser draws no WebGL');
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
      throw new Error(`the shaders of the map do not link: ${gl.getProgramInfoLog(program)}`);
    }
    return { program, buffer: gl.createBuffer() };
  }
}
