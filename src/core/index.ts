/** The protocol: `Validator` and `Provider`, and the pure functions under them. */
export { BeaconLog, type KnownBeacon } from './beacon-log.ts';
export { Calendar, drawingRound, PHASES, type Phase, phaseRounds } from './calendar.ts';
export {
  buildCertificate,
  type CertificateCheck,
  certificateRounds,
  checkHeader,
  isSealValid,
  verifyCertificate,
  verifyVotes,
} from './certificate/certificate.ts';
export {
  type Committee,
  drawCommittee,
  lastLevel,
  type Pool,
  poolOf,
  quorumOf,
  weightOfHolders,
  wholeSet,
} from './committee/committee.ts';
export { Draws } from './committee/draws.ts';
export type {
  AnswerEffect,
  CoreEvent,
  Effect,
  ProviderEffect,
  ProviderEvent,
  Report,
  WorkId,
} from './events.ts';
export { entryEvidence, guiltyOf, signedEntry } from './evidence/evidence.ts';
export { type AnsweredLeaf, type GuardRecord, type Slot, slotKey } from './guard.ts';
export {
  type ChainLink,
  checkBody,
  checkStep,
  quorumStake,
  SetChain,
  type StepCheck,
  walkChain,
} from './membership/chain.ts';
export { epochOf, exitEpochs, firstRound, settlingRound } from './membership/epochs.ts';
export { type PlannedStep, proposeStep } from './membership/proposal.ts';
export {
  applyStep,
  balancesOf,
  genesisState,
  type LeavingStake,
  type SetState,
  stateHash,
} from './membership/set-state.ts';
export type { MembershipSnapshot, SettlementTally } from './membership/snapshot.ts';
export {
  createNetwork,
  executionRounds,
  later,
  levelRounds,
  type Network,
  type NetworkDefinition,
  nominalTime,
  type ProviderRecord,
  roundDueAt,
  type ValidatorRecord,
  votingRounds,
  windowRounds,
} from './network.ts';
export { Provider, type ProviderOptions, type ProviderSnapshot } from './provider.ts';
export { type AnswerParts, claimOf } from './provider-batches.ts';
export { samplingRound } from './sampling/batch.ts';
export { DrawStream, drawnIndices, isLeafDrawn } from './sampling/draw.ts';
export type { Charge, Movement, Reason } from './settlement/accounts.ts';
export {
  type Bill,
  batchBill,
  billDigest,
  billFormat,
  convictionBill,
  type NamedBill,
  subjectBill,
} from './settlement/bill.ts';
export { agreedBills, type Statement, settleEpochs } from './settlement/epoch.ts';
export {
  type JudgedCertificate,
  type JudgedLevel,
  type JudgedSubject,
  type JudgedVote,
  outcomeOf,
  uniteJudged,
} from './settlement/outcome.ts';
export { type Settlement, type SettlementInput, settle } from './settlement/settlement.ts';
export { shardOf } from './shards.ts';
export { finalVerdict, isHeavyLevel } from './tally/decision.ts';
export { isConflict, reachedVerdicts } from './tally/tally.ts';
export { Validator, type ValidatorOptions, type ValidatorSnapshot } from './validator.ts';
export type { Decision, LevelSnapshot, SubjectSnapshot } from './verification/state.ts';
