/** Addresses as people write them, and what they say about where a node lives. */
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from './dialer.ts';
import { HostError } from './error.ts';

/** Returns the multiaddr that `text` writes. @throws HostError address-invalid */
export function parseAddress(text: string): Multiaddr {
  try {
    return multiaddr(text);
  } catch (cause) {
    const message = 'this is no multiaddr';
    const remedy = 'write it as /ip4/127.0.0.1/tcp/4001/p2p/12D3…';
    throw new HostError({ code: 'address-invalid', where: text, message, remedy }, { cause });
  }
}

/** Tells whether an address leads nowhere but to this machine. */
export function isLocal(address: Multiaddr): boolean {
  const [first] = address.getComponents();
  if (first === undefined) return false;
  const { name, value } = first;
  return name === 'memory' || value === '::1' || (name === 'ip4' && /^127\./.test(value ?? ''));
}
