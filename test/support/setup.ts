/** Loaded before every test file: the polyfill must come before any library. */
import '../../src/polyfill.ts';
