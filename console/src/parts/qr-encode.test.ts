import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encodeQr } from './qr-encode'

/** A text of every length that fits, with signs of the whole printable range. */
const textOf = (length: number): string =>
  Array.from({ length }, (_, at) => String.fromCharCode(33 + ((at * 7 + length * 13) % 90))).join(
    '',
  )

const drawn = (text: string): string =>
  (encodeQr(text) ?? []).map((row) => row.map((dark) => (dark ? '#' : '.')).join('')).join('\n')

describe('QR codes', () => {
  it('grow with their text, from version 1 to 10', () => {
    expect(encodeQr('a')?.length).toBe(21)
    expect(encodeQr('a'.repeat(14))?.length).toBe(21)
    expect(encodeQr('a'.repeat(15))?.length).toBe(25)
    expect(encodeQr('a'.repeat(213))?.length).toBe(57)
  })

  it('are refused for what does not fit', () => {
    expect(encodeQr('a'.repeat(214))).toBeUndefined()
    expect(encodeQr('夏'.repeat(72))).toBeUndefined()
  })

  it('have finders in three corners', () => {
    const code = encodeQr('http://localhost:4800/') ?? []
    const finder = '#######'
    const row = (at: number): string => (code[at] ?? []).map((dark) => (dark ? '#' : '.')).join('')
    expect(row(0).startsWith(finder) && row(0).endsWith(finder)).toBe(true)
    expect(row(code.length - 1).startsWith(`${finder}.`)).toBe(true)
  })

  it('stay as an independent reader (jsQR 1.4.0) read all of them', () => {
    const hash = createHash('sha256')
    for (let length = 1; length <= 213; length++) hash.update(drawn(textOf(length)))
    expect(hash.digest('hex')).toBe(
      '4e1fddf166db753387be371c89f095f8944ef4f647e90095bdda22bd0a75203b',
    )
  })
})
