/** Runs the suite of the interface on both implementations: they give the same decisions. */
import {
  createBeaconSource,
  createSigner,
  createStandInBeaconSource,
  createStandInSigner,
  realCrypto,
  standInCrypto,
} from '../../../src/crypto/index.ts';
import { cryptoSuite } from '../../suites/crypto.ts';

cryptoSuite('real', { crypto: realCrypto, createSigner, createBeaconSource });
cryptoSuite('stand-in', {
  crypto: standInCrypto,
  createSigner: createStandInSigner,
  createBeaconSource: createStandInBeaconSource,
});
