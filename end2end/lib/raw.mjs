// HTTP as bytes on a socket: what `fetch` refuses to send, and how the connection ends.

import { connect } from 'node:net';

/**
 * Sends bytes and reads until the server closes the connection, or until nothing has come for
 * `quiet` milliseconds. Answers `{ text, statuses, closed }`: `statuses` are those of every
 * response that came, in order.
 */
export function raw(desk, bytes, { quiet = 700 } = {}) {
  const { hostname, port } = new URL(desk.url);
  return new Promise((resolve) => {
    const pieces = [];
    const socket = connect(Number(port), hostname);
    const end = (closed) => {
      socket.destroy();
      const text = Buffer.concat(pieces).toString('latin1');
      // One answer may follow another's body without a line break. No page says this itself.
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
      resolve({ text, statuses, closed });
    };
    socket.setTimeout(quiet, () => end(false));
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('end', () => end(true));
    socket.on('error', () => end(true)); // Reset while it was still sending: closed as well.
    socket.write(bytes);
  });
}

/** The head of a request, with line breaks as they are on the wire. */
export const head = (...lines) => `${lines.join('\r\n')}\r\n\r\n`;
