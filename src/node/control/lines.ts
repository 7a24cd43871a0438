/** One line of text from a socket, within limits. */
import type { Socket } from 'node:net';

export type LineLimits = { readonly bytesMax: number; readonly timeoutMs: number };

/** Reads up to the first end of line. Rejects when it is too long, late or cut off. */
export function readLine(socket: Socket, { bytesMax, timeoutMs }: LineLimits): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => end(new Error('nothing came in time')), timeoutMs);
    const end = (error: Error | undefined, line = ''): void => {
      clearTimeout(timer);
      socket.removeAllListeners('data');
      if (error === undefined) return resolve(line);
      reject(error);
    };
    socket.on('error', end);
    socket.on('close', () => end(new Error('it ended in the middle')));
    socket.on('data', (part: Buffer) => {
      const at = part.indexOf('\n');
      parts.push(at < 0 ? part : part.subarray(0, at));
      bytes += part.length;
      if (at >= 0) return end(undefined, Buffer.concat(parts).toString('utf8'));
      if (bytes > bytesMax) end(new Error(`a line is longer than ${bytesMax} bytes`));
    });
  });
}
