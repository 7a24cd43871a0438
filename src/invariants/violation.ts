/** An invariant of the protocol did not hold: the run stops. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
  readonly invariant: string;
  readonly detail: string;

  constructor(invariant: string, detail: string) {
    super(`invariant ${invariant} does not hold: ${detail}`);
    this.invariant = invariant;
    this.detail = detail;
  }
}
