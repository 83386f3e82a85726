/** A key as a text of one code unit per byte: hash maps take it, and texts sort as the bytes do. */
export type KeyText = string

/** Code units that one call spells: engines limit the arguments of a call. */
const atATime = 4096

// Five times faster than spreading the key into the arguments.
const spell = (key: Uint8Array): string =>
  Reflect.apply(String.fromCharCode, undefined, key) as string

export function keyText(key: Uint8Array): KeyText {
  if (key.length <= atATime) return spell(key)
  let text = ''
  for (let at = 0; at < key.length; at += atATime) text += spell(key.subarray(at, at + atATime))
  return text
}
