/** Runs the suite of the interface on all implementations: they give the same decisions. */
import {
  createBeaconSource,
  createSigner,
  createStandInBeaconSource,
  createStandInSigner,
  nobleCrypto,
  realCrypto,
  standInCrypto,
} from '../../../src/crypto/index.ts';
import { cryptoSuite } from '../../suites/crypto.ts';

cryptoSuite('real', { crypto: realCrypto, createSigner, createBeaconSource });
cryptoSuite('noble', { crypto: nobleCrypto, createSigner, createBeaconSource, flipStep: 31 });
cryptoSuite('stand-in', {
  crypto: standInCrypto,
  createSigner: createStandInSigner,
  createBeaconSource: createStandInBeaconSource,
});
