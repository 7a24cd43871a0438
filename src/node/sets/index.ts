/** The chain of validator sets, and the settlement of epochs, in a node. */
export { type Earning, earningsFormat, settlementResultFormat } from './formats.ts';
export { type OwnPlace, placeOf } from './own-place.ts';
export { type PendingStep, readSets, type SetsReading } from './reading.ts';
export { type SetRequest, SetService } from './set-service.ts';
export { isResultOf } from './settling.ts';
