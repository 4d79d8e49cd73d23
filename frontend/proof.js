// A worker that finds a proof of work: a number such that SHA-256 (FIPS 180-4) of `STAMP:NUMBER` begins
// with so many zero bits. It is asked with `BITS STAMP`, and answers the number; `none` after a minute.
// By hand, since crypto.subtle takes ten times as long for texts as short as these.

const K = new Uint32Array(64);
const START = new Uint32Array(8);
for (let number = 2, found = 0; found < 64; number++) {
  let prime = true;
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) prime = false;
  if (!prime) continue;
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) >>> 0;
  if (found < 8) START[found] = fraction(Math.sqrt(number));
  K[found++] = fraction(Math.cbrt(number));
}

const W = new Uint32Array(64);
const H = new Uint32Array(8);

function sha256(text) {
  const length = text.length;
  const blocks = (length + 72) >> 6;
  H.set(START);
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < 16; i++) {
      let word = 0;
      for (let j = 0; j < 4; j++) {
        const at = block * 64 + i * 4 + j;
        word = (word << 8) | (at < length ? text.charCodeAt(at) : at === length ? 128 : 0);
      }
      W[i] = word;
    }
    if (block === blocks - 1) W[15] = length * 8;
    for (let i = 16; i < 64; i++) {
      const a = W[i - 15];
      const b = W[i - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      W[i] = W[i - 16] + s0 + W[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    H[0] += a;
    H[1] += b;
    H[2] += c;
    H[3] += d;
    H[4] += e;
    H[5] += f;
    H[6] += g;
    H[7] += h;
  }
  return H;
}

onmessage = ({ data }) => {
  const [bits, stamp] = data.split(' ');
  const end = Date.now() + 60_000;
  for (let number = 0; ; number++) {
    // No proof has more than 32 bits.
    if (Math.clz32(sha256(`${stamp}:${number}`)[0]) >= bits) return postMessage(String(number));
    if (number % 65536 === 0 && Date.now() > end) return postMessage('none');
  }
};
