/** Building blocks of schemas: a field has a meaning, a unit, a range, and dangers beyond it. */
import { z } from 'zod';

/** What a person needs to know about a key; it ends up in the JSON Schema. */
export type FieldDoc = {
  readonly description: string;
  readonly unit?: string;
  readonly tooLow?: string;
  readonly tooHigh?: string;
};

/** Least and greatest value, both allowed. */
export type Range = { readonly min: number; readonly max: number };

/** A number. */
export function numberField(doc: FieldDoc, { min, max }: Range) {
  return z
    .number()
    .min(min)
    .max(max)
    .meta({ ...doc });
}

/** A whole number. */
export function countField(doc: FieldDoc, { min, max }: Range) {
  return z
    .int()
    .min(min)
    .max(max)
    .meta({ ...doc });
}

/** A share, 0..1. */
export function shareField(description: string) {
  return numberField({ description, unit: 'share' }, { min: 0, max: 1 });
}
