/** What the operator of a network does to its validator set. */
export { OperatorError } from './error.ts';
export { Operator, type OperatorOptions, type Proposed, servesFrom } from './operator.ts';
