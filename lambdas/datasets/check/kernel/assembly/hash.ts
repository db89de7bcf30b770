/** XXH64 (xxhash.com, doc/xxhash_spec.md): 64 bits of a text, eight bytes at a time. */

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

const round = (sum: u64, word: u64): u64 => rotl<u64>(sum + word * PRIME_2, 31) * PRIME_1;
const merged = (hash: u64, sum: u64): u64 => (hash ^ round(0, sum)) * PRIME_1 + PRIME_4;

/** Four sums over whole stripes of 32 bytes. */
function stripes(from: usize, to: usize, seed: u64): u64 {
  let one = seed + PRIME_1 + PRIME_2;
  let two = seed + PRIME_2;
  let three = seed;
  let four = seed - PRIME_1;
  for (let at = from; at < to; at += 32) {
    one = round(one, load<u64>(at));
    two = round(two, load<u64>(at, 8));
    three = round(three, load<u64>(at, 16));
    four = round(four, load<u64>(at, 24));
  }
  const hash = rotl<u64>(one, 1) + rotl<u64>(two, 7) + rotl<u64>(three, 12) + rotl<u64>(four, 18);
  return merged(merged(merged(merged(hash, one), two), three), four);
}

/** The hash of the bytes from `from` to before `to`. */
export function hashOf(from: usize, to: usize, seed: u64): u64 {
  const size = to - from;
  let at = from + (size & ~31);
  let hash = (size < 32 ? seed + PRIME_5 : stripes(from, at, seed)) + <u64>size;
  for (; at + 8 <= to; at += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
  if (at + 4 <= to) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < to; at += 1) hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1;
  hash = (hash ^ (hash >> 33)) * PRIME_2;
  hash = (hash ^ (hash >> 29)) * PRIME_3;
  return hash ^ (hash >> 32);
}
