/** A map that cannot grow: what was set longest ago is forgotten. */

/** Sets `key` as the newest entry and forgets the oldest beyond `max`. */
export function setRecent<K, V>(map: Map<K, V>, [key, value]: readonly [K, V], max: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > max && oldest.done !== true) map.delete(oldest.value);
}
