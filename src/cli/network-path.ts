/** Which network a folder belongs to: the file that a command names, or the one in the folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../base/index.ts';

/** In the folder of an operator, and of a node that joined. */
export const NETWORK_FILE = 'network.yaml';

type Place = { readonly dir: string; readonly net: string | undefined };

/**
 * The network file that a command names, or that in the folder.
 * @throws AssayError no-network-file
 */
export function networkPathOf(place: Place): string {
  const path = networkPathIn(place);
  if (path !== undefined) return path;
  throw new AssayError({
    code: 'no-network-file',
    message: `there is no ${NETWORK_FILE} in this folder`,
    where: place.dir,
    remedy: 'Name the folder with --dir, or the network file with --net.',
  });
}

/** As `networkPathOf`; `undefined` if the folder has none. */
export function networkPathIn({ dir, net }: Place): string | undefined {
  const path = net ?? join(dir, NETWORK_FILE);
  return net !== undefined || existsSync(path) ? path : undefined;
}
