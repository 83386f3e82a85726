import mime from 'mime'
import { startsWith } from '#base'

const utf8 = '; charset=utf-8'
const binary = 'application/octet-stream'

/** Types outside of `text/` that are texts all the same. */
const textual =
  /^(application\/(json|ld\+json|javascript|ecmascript|xml|.*\+json|.*\+xml)|.*\+xml)$/

/** First bytes of formats that browsers show, and of some that they keep. */
const signatures: readonly (readonly [at: number, bytes: string, type: string])[] = [
  [0, '\x89PNG\r\n\x1a\n', 'image/png'],
  [0, '\xff\xd8\xff', 'image/jpeg'],
  [0, 'GIF8', 'image/gif'],
  [8, 'WEBP', 'image/webp'],
  [4, 'ftypavif', 'image/avif'],
  [4, 'ftyp', 'video/mp4'],
  [0, '\x1a\x45\xdf\xa3', 'video/webm'],
  [0, 'OggS', 'application/ogg'],
  [0, 'ID3', 'audio/mpeg'],
  [0, 'fLaC', 'audio/flac'],
  [8, 'WAVE', 'audio/wav'],
  [0, '%PDF-', 'application/pdf'],
  [0, 'PK\x03\x04', 'application/zip'],
  [0, '\x1f\x8b', 'application/gzip'],
  [0, '\0asm', 'application/wasm'],
  [0, 'wOF2', 'font/woff2'],
]

/**
 * Content type of a file, with the charset where it is a text: by its name, else by its first
 * bytes.
 * @param path only the last segment counts
 * @param firstBytes the start of the content, some hundred bytes do
 */
export function contentType(path: string, firstBytes?: Uint8Array): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const type = name.includes('.') ? mime.getType(name) : null
  if (type !== null) return type.startsWith('text/') || textual.test(type) ? type + utf8 : type
  return firstBytes === undefined ? binary : typeOfBytes(firstBytes)
}

function typeOfBytes(bytes: Uint8Array): string {
  for (const [at, text, type] of signatures) {
    const signature = Uint8Array.from(text, (character) => character.charCodeAt(0))
    if (startsWith(bytes.subarray(at), signature)) return type
  }
  return isText(bytes) ? `text/plain${utf8}` : binary
}

/** UTF-8 without control characters; a character cut off at the end is no fault. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
