/** Configuration files: strict schemas, a loader that finds every fault, explanations. */
export type { ConfigDocument, KeyPath } from './document.ts';
export { parseConfigText, readDocument } from './document.ts';
export * from './error.ts';
export type { Explanation } from './explain.ts';
export { explainKey } from './explain.ts';
export { configHash, configYaml, jsonSchemaOf } from './loader.ts';
export type { NetworkFile } from './network-file.ts';
export { networkFileSchema, resolveNetworkFile } from './network-file.ts';
export type { Ablation, Scenario } from './scenario.ts';
export { ABLATIONS, resolveScenario, scenarioSchema } from './scenario.ts';
export type { Adversary, Variant } from './scenario-adversaries.ts';
export { providerShareOf, VARIANTS, validatorShareOf } from './scenario-adversaries.ts';
