/**
 * Verifies a receipt from its own bytes and the network file alone, one check after the other.
 *
 * Everything in a receipt is covered by a check, so that no byte of it can be changed. Each check
 * needs some that come before; what cannot be checked because one of those failed is skipped, and
 * a receipt is valid only if every check is ok.
 *
 * The same rules as `verifyCertificate` of the core, told step by step; a test holds the two to the
 * same answer. The beacons are checked by one pairing: half of the time that a receipt takes.
 */
import { assert, defined, equalBytes, toHex, type Verdict } from '../base/index.ts';
import {
  type CertificateCheck,
  type Committee,
  certificateRounds,
  checkHeader,
  Draws,
  isLeafDrawn,
  isSealValid,
  type Network,
  type SetChain,
  verifyVotes,
  weightOfHolders,
} from '../core/index.ts';
import { type Crypto, verifyMerkleProof } from '../crypto/index.ts';
import {
  batchId,
  bitmapIndices,
  encodeClaim,
  outputCommitment,
  type Receipt,
} from '../wire/index.ts';
import { drawnBatchOf, manifestOf, oneInOf, partsOf, type ReceiptParts } from './parts.ts';
import { servingSet } from './sets.ts';
import { type ReceiptSummary, type SetSummary, setSummary, summaryOf } from './summary.ts';
import { setWords } from './words.ts';

/** The checks of a receipt, in order. */
export const RECEIPT_CHECKS = [
  'network',
  'sets',
  'header',
  'beacons',
  'seal',
  'leaf',
  'manifest',
  'output',
  'draw',
  'votes',
] as const;
export type ReceiptCheck = (typeof RECEIPT_CHECKS)[number];

/** How one check ended, with a sentence that says what was found. */
export type CheckOutcome = {
  readonly check: ReceiptCheck;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
};

/** What a receipt is worth. */
export type ReceiptVerification =
  | {
      readonly kind: 'valid';
      readonly summary: ReceiptSummary;
      readonly checks: readonly CheckOutcome[];
    }
  | {
      readonly kind: 'invalid';
      /** The first check that failed. */
      readonly check: ReceiptCheck;
      readonly detail: string;
      readonly checks: readonly CheckOutcome[];
    };

/**
 * Verifies a receipt. Total: does not throw, whatever it says.
 * @param network as the network file defines it
 * @param known the set chain, as far as it is known: needed where a receipt does not carry its
 *   steps, and tells of sets that a receipt left out
 */
export function verifyReceipt(
  network: Network,
  crypto: Crypto,
  receipt: Receipt,
  known?: SetChain,
): ReceiptVerification {
  const draws = new Draws(network);
  const at: Verification = { ...partsOf(receipt), network, crypto, known, draws };
  const checks: CheckOutcome[] = [];
  const isOk = (check: ReceiptCheck) =>
    checks.some((each) => each.check === check && each.outcome === 'ok');
  for (const check of RECEIPT_CHECKS) {
    const { needs, run } = STEPS[check];
    const missing = needs.find((need) => !isOk(need));
    if (missing === undefined) checks.push({ check, ...run(at) });
    else checks.push({ check, outcome: 'skipped', detail: `${missing} must be right first` });
  }
  const failed = checks.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) {
    return { kind: 'invalid', check: failed.check, detail: failed.detail, checks };
  }
  const seats = defined(at.seats, 'a checked seal has seats');
  const set = defined(at.set, 'a checked set is known');
  return { kind: 'valid', summary: summaryOf(at, { seats, votes: at.votes, set }), checks };
}

/** A verification under way: steps leave here what later ones need. */
export type Verification = ReceiptParts & {
  readonly crypto: Crypto;
  readonly known: SetChain | undefined;
  /** Of the network file; from `sets` on, with the set of the round. */
  network: Network;
  draws: Draws;
  /** Left by `sets`. */
  set?: SetSummary;
  /** Of the beacons, in order; left by `beacons`. */
  randomness?: readonly Uint8Array[];
  /** Sealing seats; left by `seal`. */
  seats?: Committee;
  /** Left by `votes`. */
  votes?: Extract<CertificateCheck, { kind: 'valid' }>;
};

type Finding = { readonly outcome: 'ok' | 'failed'; readonly detail: string };
type Step = {
  readonly needs: readonly ReceiptCheck[];
  readonly run: (at: Verification) => Finding;
};

const ok = (detail: string): Finding => ({ outcome: 'ok', detail });
const failed = (detail: string): Finding => ({ outcome: 'failed', detail });

const STEPS: Readonly<Record<ReceiptCheck, Step>> = {
  network: { needs: [], run: checkNetwork },
  sets: { needs: ['network'], run: checkSets },
  header: { needs: ['sets'], run: checkProviderHeader },
  beacons: { needs: ['header'], run: checkBeacons },
  seal: { needs: ['beacons'], run: checkSeal },
  leaf: { needs: [], run: checkLeaf },
  manifest: { needs: ['header'], run: checkManifest },
  output: { needs: [], run: checkOutput },
  draw: { needs: ['seal'], run: checkDraw },
  votes: { needs: ['draw'], run: checkVotes },
};

function checkNetwork({ network, receipt, certificate }: Verification): Finding {
  if (!equalBytes(receipt.network, network.id)) {
    return failed(`it is of network ${short(receipt.network)}, not of ${short(network.id)}`);
  }
  // [CERT-1] the parameters by which it was judged
  if (certificate !== undefined && !equalBytes(certificate.parameters, network.parametersHash)) {
    return failed('its parameters are not those of the network');
  }
  return ok(`network ${short(network.id)}, its parameters`);
}

/** [SET-1] The set that served its round, by the steps that it carries or names. */
function checkSets(at: Verification): Finding {
  const { certificate } = at;
  const serving = servingSet(at);
  if (serving.kind === 'fault') return failed(serving.detail);
  const { network } = serving.link.state;
  if (certificate !== undefined && !equalBytes(certificate.set, network.setHash)) {
    return failed(
      `its validator set is not set ${serving.link.number} of the network: steps are missing, or ` +
        'it was judged by another network',
    );
  }
  at.set = setSummary(serving);
  at.network = network;
  at.draws = new Draws(network);
  return ok(setWords(at.set));
}

const HEADER_FAULTS = new Map([
  ['model', 'its model is not listed by the network'],
  ['assurance-class', 'its assurance class is not one of the network'],
  ['provider', 'its provider is not listed by the network'],
  ['round', 'its round is too large to be one'],
  ['batch-count', 'it counts more answers than a batch may hold'],
  ['header-signature', 'the provider did not sign it'],
]);

function checkProviderHeader({ network, crypto, header, draws, ...at }: Verification): Finding {
  // [MODEL-1] [CLAIM-6] model, class, provider and count are the network's; the provider signed
  const fault = checkHeader(network, crypto, header);
  if (fault !== undefined) return failed(HEADER_FAULTS.get(fault) ?? fault);
  // [SEAT-1] no certificate about a batch with an empty pool verifies
  if (draws.pool(drawnBatchOf({ header })).stake === 0n) {
    return failed('no validator holds the model');
  }
  const { round, count } = header;
  const place = `answer ${at.index + 1} of ${count}`;
  return ok(`the provider signed batch ${batchId(header)} of round ${round}: ${place}`);
}

/** [TIME-1] The beacons of the rounds that sealed and drew, and no others. */
function checkBeacons(at: Verification): Finding {
  const { network, crypto, header, level, beacons } = at;
  const rounds = certificateRounds(network, { header, level });
  if (rounds.length !== beacons.length || rounds.some((r, i) => beacons[i]?.round !== r)) {
    return failed(`it needs the beacons of rounds ${rounds.join(', ')}`);
  }
  const randomness = crypto.verifyBeacons(network.beacon.chainKey, beacons);
  if (randomness === undefined) return failed('the beacon chain did not sign them');
  at.randomness = randomness;
  return ok(`the beacon chain signed rounds ${rounds.join(', ')}`);
}

/** [TIME-3] */
function checkSeal(at: Verification): Finding {
  const { network, crypto, header, seal, draws } = at;
  const seats = draws.seal(header.provider, header.round, randomnessAt(at, 0));
  at.seats = seats;
  if (!isSealValid(network, crypto, { header, seal, seats })) {
    return failed(`no quorum (${seats.quorum} of ${seats.weight}) of the sealing seats signed it`);
  }
  const signed = weightOfHolders(seats, bitmapIndices(seal.holders, seats.holders.length) ?? []);
  return ok(`sealed by ${signed} of ${seats.weight} ${seats.unit}, quorum ${seats.quorum}`);
}

/** [CLAIM-1] The claim is the leaf at its index. */
function checkLeaf({ header, index, answer }: Verification): Finding {
  const { root, count } = header;
  const leaf = encodeClaim(answer.claim);
  if (!verifyMerkleProof({ root, leaf, index, count, path: answer.path })) {
    return failed('the claim is not at its place in the batch');
  }
  return ok(`the claim is leaf ${index} under the root that the provider signed`);
}

/** [MODEL-1] Only what is not `valid` may be outside its manifest. */
function checkManifest({ network, header, answer, certificate }: Verification): Finding {
  const { claim } = answer;
  const { name, executionClasses } = manifestOf(network, { header });
  const fault =
    claim.model !== header.model
      ? 'the claim names another model than its batch'
      : executionClasses.includes(claim.executionClass)
        ? undefined
        : `execution class ${claim.executionClass} is not admitted for ${name}`;
  if (fault === undefined) return ok(`model ${name}, execution class ${claim.executionClass}`);
  const isRefused = certificate !== undefined && certificate.verdict !== 'valid';
  return isRefused ? ok(`${fault}: a reason to refuse it`) : failed(fault);
}

/** [CLAIM-3] The output is the one that the claim committed to. */
function checkOutput({ answer, certificate }: Verification): Finding {
  const { claim, output } = answer;
  if (output === undefined) {
    const mayMiss: readonly Verdict[] = ['unavailable', 'invalid', 'inconclusive'];
    const isJudged = certificate !== undefined && mayMiss.includes(certificate.verdict);
    return isJudged ? ok('the provider did not show it') : failed('the output is missing');
  }
  if (!equalBytes(outputCommitment(output.salt, output.digest), claim.commitment)) {
    return failed('it is not the one that the claim committed to');
  }
  return ok(`digest ${short(output.digest)}, as the claim committed to before it was drawn`);
}

/** [SAMPLE-1] */
function checkDraw(at: Verification): Finding {
  const { network, header, index, certificate } = at;
  const oneIn = oneInOf(network, at);
  const request = { batch: batchId(header), count: header.count, oneIn };
  const isDrawn = isLeafDrawn(randomnessAt(at, 1), request, index);
  const draw = `the beacon of round ${header.round + 2}`;
  if (isDrawn === (certificate !== undefined)) {
    return ok(`${draw} ${isDrawn ? 'drew' : 'did not draw'} it, at a rate of 1/${oneIn}`);
  }
  return failed(
    isDrawn ? `${draw} drew it: a receipt needs its certificate` : `${draw} did not draw it`,
  );
}

const VOTE_FAULTS = new Map([
  ['bitmap', 'its bitmaps name nobody, or somebody twice'],
  ['quorum', 'its votes are no quorum for the verdict'],
  ['vote-signature', 'the validators that it names did not sign it'],
]);

/** [CERT-1] [QUORUM-1] The committee of its level, drawn anew, voted so. */
function checkVotes(at: Verification): Finding {
  const { network, crypto, header, index, certificate, draws } = at;
  if (certificate === undefined) return ok('nobody voted: it was not drawn');
  const { level, verdict } = certificate;
  const batch = drawnBatchOf({ header });
  if (level > draws.lastLevel(batch)) return failed(`there is no level ${level}`);
  const randomness = randomnessAt(at, at.beacons.length - 1);
  const committee = draws.level(batch, { index, level, randomness });
  const result = verifyVotes(network, crypto, { certificate, committee, draws });
  if (result.kind === 'invalid') return failed(VOTE_FAULTS.get(result.check) ?? result.check);
  at.votes = result;
  const { weight, unit, quorum } = committee;
  return ok(
    `${verdict} by ${result.weight} of ${weight} ${unit} of level ${level}, quorum ${quorum}`,
  );
}

function randomnessAt({ randomness }: Verification, position: number): Uint8Array {
  const value = randomness?.[position];
  assert(value !== undefined, 'the beacons were checked');
  return value;
}

const SHOWN_DIGITS = 16;

function short(bytes: Uint8Array): string {
  return toHex(bytes).slice(0, SHOWN_DIGITS);
}
