/**
 * The first words of two nodes: one frame of JSON each, before anything else of the protocol. The
 * protocol name carries no network id, so that two networks that meet can say in what they differ.
 */
import type { Difference, Hello, HostReport, Mismatch, Role } from './types.ts';

/** libp2p protocol of the hello. */
export const HELLO_PROTOCOL = '/assay/hello/1';

const ROLES: readonly Role[] = ['validator', 'provider', 'requester', 'observer'];
const HASH = /^[0-9a-f]{64}$/;
const INSTANCE = /^[0-9a-f]{32}$/;
const VERSION = /^[\x20-\x7e]{1,64}$/;
const VERSION_MAX = 65_535;

/** Returns the frame of `hello`. */
export function encodeHello(hello: Hello): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(hello));
}

/** Returns the hello in `frame`, `undefined` if it is none. Unknown keys are ignored. */
export function decodeHello(frame: Uint8Array): Hello | undefined {
  const value = parse(frame);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const role = ROLES.find((known) => known === fields.get('role'));
  const networkId = text(fields.get('networkId'), HASH);
  const setHash = text(fields.get('setHash'), HASH);
  const parametersHash = text(fields.get('parametersHash'), HASH);
  const modelsHash = text(fields.get('modelsHash'), HASH);
  const softwareVersion = text(fields.get('softwareVersion'), VERSION);
  const protocolVersion = fields.get('protocolVersion');
  if (role === undefined || networkId === undefined || setHash === undefined) return undefined;
  if (parametersHash === undefined || modelsHash === undefined) return undefined;
  if (softwareVersion === undefined || typeof protocolVersion !== 'number') return undefined;
  if (!Number.isInteger(protocolVersion)) return undefined;
  if (protocolVersion < 0 || protocolVersion > VERSION_MAX) return undefined;
  const instance = text(fields.get('instance'), INSTANCE);
  return {
    ...{ networkId, protocolVersion, softwareVersion, role },
    ...{ setHash, parametersHash, modelsHash },
    ...(instance === undefined ? {} : { instance }),
    ...(fields.get('isElsewhere') === true ? { isElsewhere: true } : {}),
  };
}

/** Returns in what `theirs` differs from `ours`; nothing if both can work together. */
export function differences(ours: Hello, theirs: Hello): readonly Difference[] {
  const found: Difference[] = [];
  const compare = (what: Difference['what'], key: keyof Hello, remedy: string) => {
    if (ours[key] === theirs[key]) return;
    found.push({ what, ours: String(ours[key]), theirs: String(theirs[key]), remedy });
  };
  const update = 'install the same release of assay on both, the newer one';
  const same = 'give both nodes the network file of the operator, and restart';
  compare('protocol-version', 'protocolVersion', update);
  compare('models', 'modelsHash', `the models listed differ: ${same}`);
  compare('parameters', 'parametersHash', `the parameters differ: ${same}`);
  compare('validator-set', 'setHash', `the validators listed differ: ${same}`);
  compare('network', 'networkId', `this is another network: ${same}, or mend the bootstrap list`);
  return found;
}

/** Tells of a peer that differs. */
export function reportOf({ peer, address, differences }: Mismatch): HostReport {
  const parts = differences.map(({ what, ours, theirs }) => `${what}: ${ours} ≠ ${theirs}`);
  return {
    ...{ code: 'peer-differs', peer, where: address },
    message: `a peer differs in ${parts.join('; ')}`,
    remedy: [...new Set(differences.map(({ remedy }) => remedy))].join('; '),
  };
}

function text(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function parse(frame: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(frame));
  } catch {
    return undefined;
  }
}
