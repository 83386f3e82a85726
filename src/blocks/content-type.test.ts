import { expect, it } from 'vitest'
import { fromText } from '#base'
import { contentType } from './content-type.js'

it('tells types by name, texts with their charset', () => {
  const types = {
    'index.html': 'text/html; charset=utf-8',
    'a/b.d/style.CSS': 'text/css; charset=utf-8',
    'app.js': 'text/javascript; charset=utf-8',
    'app.mjs': 'text/javascript; charset=utf-8',
    'data.json': 'application/json; charset=utf-8',
    'site.webmanifest': 'application/manifest+json; charset=utf-8',
    'logo.svg': 'image/svg+xml; charset=utf-8',
    'photo.jpeg': 'image/jpeg',
    'film.mp4': 'video/mp4',
    'core.wasm': 'application/wasm',
    'font.woff2': 'font/woff2',
    '日本語.txt': 'text/plain; charset=utf-8',
    'book.pdf': 'application/pdf',
  }
  const found = Object.fromEntries(Object.keys(types).map((path) => [path, contentType(path)]))
  expect(found).toEqual(types)
})

it('tells types by the first bytes where the name says nothing', () => {
  expect(contentType('README')).toBe('application/octet-stream')
  expect(contentType('html', fromText('plain text'))).toBe('text/plain; charset=utf-8')
  expect(contentType('a.unknown-kind', fromText('größe').subarray(0, 3))).toMatch(/^text\/plain/)
  expect(contentType('x', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10))).toBe('image/png')
  expect(contentType('x', fromText('RIFF....WEBPVP8'))).toBe('image/webp')
  expect(contentType('x', fromText('....ftypisom'))).toBe('video/mp4')
  expect(contentType('x', Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3))).toBe('video/webm')
  expect(contentType('x', Uint8Array.of(1, 2, 3, 0))).toBe('application/octet-stream')
  expect(contentType('x', Uint8Array.of(0xff, 0xfe, 0x41))).toBe('application/octet-stream')
  expect(contentType('x', new Uint8Array(0))).toBe('text/plain; charset=utf-8')
})
