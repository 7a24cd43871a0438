/**
 * Places in the explorer as text after `#`, so that a place can be sent to a colleague: the page,
 * what it is about, and the moment. `#/claim/<batch>/<index>?t=12500` is a claim at 12.5 s.
 */

/** A place: words of the path, and what is asked of the page. */
export type Route = {
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
};

/** Name of the moment in the query: ms since the beginning of round 0. */
export const MOMENT = 't';

/** Reads a place. Total: what cannot be read is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const words = path.split('/').filter((word) => word !== '');
  return { path: words.map(decoded), query: new Map(new URLSearchParams(query)) };
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** Writes a place. Empty values are left out. */
export function hashOf(
  path: readonly (string | number)[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') asked.set(name, value);
  }
  const text = asked.toString();
  const words = path.map((word) => encodeURIComponent(String(word))).join('/');
  return `#/${words}${text === '' ? '' : `?${text}`}`;
}
