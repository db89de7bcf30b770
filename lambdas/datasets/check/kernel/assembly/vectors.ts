/** The byte before each of the 16 that are `here`; `before` are the 16 that came before them. */
export function byteBefore(before: v128, here: v128): v128 {
  // prettier-ignore
  return i8x16.shuffle(before, here, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}
