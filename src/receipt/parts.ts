/** What both kinds of receipts have, under one name. */
import { assert, defined } from '../base/index.ts';
import type { Network } from '../core/index.ts';
import { batchId, type CertificateMessage, type Receipt } from '../wire/index.ts';

/** Header, seal, leaf and beacons of a receipt; the certificate, if it has one. */
export type ReceiptParts = Pick<CertificateMessage, 'header' | 'seal' | 'index' | 'beacons'> & {
  readonly receipt: Receipt;
  readonly answer: Receipt['answer'];
  readonly certificate: CertificateMessage | undefined;
  readonly level: number;
};

/** Returns the parts of a receipt. */
export function partsOf(receipt: Receipt): ReceiptParts {
  const { answer } = receipt;
  if (receipt.kind === 'undrawn') {
    const { header, seal, index, beacons } = receipt;
    return { receipt, answer, header, seal, index, beacons, certificate: undefined, level: 0 };
  }
  const { certificate } = receipt;
  const { header, seal, index, beacons, level } = certificate;
  return { receipt, answer, header, seal, index, beacons, certificate, level };
}

/** Returns what names the batch of a receipt in draws. */
export function drawnBatchOf({ header }: Pick<ReceiptParts, 'header'>) {
  return { id: batchId(header), provider: header.provider, model: header.model };
}

/** Returns m of the assurance class of a header that was checked. */
export function oneInOf(network: Network, { header }: Pick<ReceiptParts, 'header'>): number {
  const oneIn = network.parameters.classes.get(header.assuranceClass);
  assert(oneIn !== undefined, 'a checked header names a class of the network');
  return oneIn;
}

/** Returns the manifest of the model of a header that was checked. */
export function manifestOf(network: Network, { header }: Pick<ReceiptParts, 'header'>) {
  const manifest = network.modelById.get(header.model);
  return defined(manifest, 'a checked header names a model of the network');
}
