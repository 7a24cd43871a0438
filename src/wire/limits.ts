/**
 * [WIRE-4] The largest value of everything that a peer can make grow in a message.
 *
 * Limits of the format, the same on every network; a network file may be stricter (levels, batch
 * size, input size), never looser. `test/unit/wire/limits.test.ts` holds their relations: whatever
 * keeps each single limit named there also fits into one message.
 */
export const LIMITS = Object.freeze({
  /** Bytes of an encoded message: what gossipsub carries without fragmenting its own frames. */
  messageBytes: 65_536,
  /** Levels of nesting in a message; openings and reveals, the deepest, have 5. */
  nestingLevels: 8,
  /** Leaves of a batch: 2^20, 17 minutes of 1000 claims per second. */
  batchLeaves: 1_048_576,
  /** Digests in the Merkle path of a leaf: log2 of `batchLeaves`. */
  batchPathDigests: 20,
  /** Opened leaves in one message; 64 small ones fill half of it. */
  openingsPerMessage: 64,
  /** Bytes of an input sent with its opening; larger ones are fetched by content id. */
  inlineInputBytes: 32_768,
  /** Entries of a bundle; the largest ack, 256 times, fills two thirds of a message. */
  bundleEntries: 256,
  /** Digests in the Merkle path of a bundle entry: log2 of `bundleEntries`. */
  bundlePathDigests: 8,
  /** Bytes of all entries of a bundle together: leaves 4 KiB for framing and signature. */
  bundlePayloadBytes: 61_440,
  /** Bytes of one entry: two reveals with their proofs must fit into one evidence message. */
  entryBytes: 24_576,
  /** Committee levels, four by default. */
  levels: 8,
  /** Bytes of a bitmap: 16,384 holders, the largest level a network file may list. */
  bitmapBytes: 2048,
  /** Vote values that one certificate adds up, [QUORUM-5]. */
  voteGroups: 2,
  /** Beacon signatures of a certificate: rounds r, r+2 and the one that drew the level. */
  certificateBeacons: 3,
  /** Bytes of the steps that a receipt carries; where there are more, it names the last one. */
  receiptStepsBytes: 53_248,
  /** Bytes of a receipt: three bitmaps of the largest level, a path, 4 KiB for the rest, steps. */
  receiptBytes: 65_536,
  /** Bytes of a receipt as JSON: two digits for each byte, names of fields, and indentation. */
  receiptJsonBytes: 229_376,
  /** Bytes of a chain file: 50,000 steps that admit a validator each. */
  chainFileBytes: 33_554_432,
  /** Bytes of a chain file as JSON. */
  chainFileJsonBytes: 117_440_512,
  /** Digits of an amount of stake. */
  stakeDigits: 28,
  /** Epochs that can be named: more than rounds can. */
  epochs: 281_474_976_710_656,
  /** Steps of a set chain: one an hour for 60 years. */
  setSteps: 524_288,
  /** Admissions, exits and changes of stake in one step; 32 admissions fill a third of it. */
  changesPerStep: 32,
  /** Bytes of a step without number, predecessor, state and signatures: 4 KiB are for those. */
  stepContentBytes: 61_440,
  /** Models that one validator declares. */
  modelsPerValidator: 16,
  /** Accounts that one settlement changes: 512 of them fill two thirds of a message. */
  settledAccounts: 512,
  /** Convicted identities of one settlement. */
  settledConvicted: 64,
  /** Movements in the charges, and in the rewards, of one bill: all holders of all levels. */
  chargesPerBill: 8_192,
  /** Bytes of a bill: levels of 16, 64, 256 and 1,024 holders, 34 bytes each. */
  billBytes: 61_440,
  /** Bytes of a request nonce: a hash. */
  nonceBytes: 32,
  /** Characters of an assurance class, printable ASCII. */
  assuranceClassChars: 32,
  /** Characters of an execution class, printable ASCII. */
  executionClassChars: 96,
  /** Output tensors of a measurement. */
  measurementTensors: 16,
  /** Dimensions of a tensor; ONNX models in use have up to 6. */
  tensorDimensions: 8,
  /** Length of one dimension: 2^32, more than any memory holds. */
  dimensionLength: 4_294_967_296,
  /** Float64 values of one tensor sketch: 4 · sketchSize for a sketchSize of up to 512. */
  sketchValues: 2048,
  /** Bytes of a measurement: 16 whole tensors at the default sketchSize, or one of the largest. */
  measurementBytes: 20_480,
});
