/**
 * What a browser does not have, under the names by which the program imports it: `node:*` and blst.
 *
 * Nothing of this is left in the page: layers are entered through their index, which names files
 * that the page does not use, and the build drops those. It fails if this sentence is found in a
 * script: whatever is used by mistake is found then, not by a visitor.
 */
function absent(): never {
  throw new Error('this is not in a browser');
}

export {
  absent as createPrivateKey,
  absent as createPublicKey,
  absent as default,
  absent as dirname,
  absent as existsSync,
  absent as fileURLToPath,
  absent as join,
  absent as randomBytes,
  absent as readFileSync,
  absent as rename,
  absent as resolve,
  absent as rm,
  absent as sign,
  absent as statSync,
  absent as verify,
  absent as writeFile,
};
