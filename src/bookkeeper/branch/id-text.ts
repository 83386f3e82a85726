/**
 * A text that names bytes (an even number of them) in maps, two bytes a character. Ids are looked
 * up many times a transfer, and texts by way of `Buffer` cost three times as much.
 */
export function textOf(bytes: Uint8Array): string {
  let text = ''
  let i = 0
  for (; i + 3 < bytes.length; i += 4) {
    text += String.fromCharCode((bytes[i] << 8) | bytes[i + 1], (bytes[i + 2] << 8) | bytes[i + 3])
  }
  for (; i < bytes.length; i += 2) text += String.fromCharCode((bytes[i] << 8) | bytes[i + 1])
  return text
}
