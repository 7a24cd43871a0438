/** Fields that the behaviours of a scenario share. */
import { z } from 'zod';
import { shareField } from './fields.ts';

/**
 * What a dishonest provider runs instead of the model it claims: the variants of the zoo but the
 * reference. This layer may not import them; a test compares.
 */
export const VARIANTS = [
  'fp16',
  'fp16-first-layer',
  'bf16',
  'int8',
  'int4',
  'pruned-10',
  'noise-1e-5',
  'smaller',
  'stale',
  'other-seed',
] as const;

/** A substitute for a model. */
export type Variant = (typeof VARIANTS)[number];

/** Share of a group of providers. */
export const ofProviders = shareField('Share of providers, by count, that behave so');

/** Share of a group of validators. */
export const ofValidators = shareField('Share of validator stake that behaves so');

/** How often a cheating provider cheats. */
export const cheatShare = shareField('Share of its claims that it cheats on').default(1);

/** What a cheating provider runs. */
export const variant = z
  .enum(VARIANTS)
  .default('int8')
  .meta({ description: 'What it runs instead of the claimed model' });
