/** Networks to try things on. */
export { type Devnet, type DevnetMember, type DevnetOptions, makeDevnet } from './making.ts';
