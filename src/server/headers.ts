/** Response headers that keep pages apart (security.md). */
import type { Host, Site } from './site.js'

/** Everywhere: no guessing of types, no addresses told to other sites. */
export const always = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const

/** Anyone may read what is open; no cookie or other ambient right ever comes along. */
export const corsRead = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Length, Content-Range, Content-Type, ETag, X-Ipfs-Path',
} as const

export const corsReadPreflight = {
  ...corsRead,
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': 'Range, If-Range, If-None-Match, Authorization',
  'Access-Control-Max-Age': '86400',
} as const

/** For pages of this node that call it under another of its names. */
export const corsOwn = (origin: string): Record<string, string> => ({
  'Access-Control-Allow-Origin': origin,
  Vary: 'Origin',
})

export const corsOwnPreflight = (origin: string): Record<string, string> => ({
  ...corsOwn(origin),
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, OPTIONS',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Modified, Range, If-Range',
  'Access-Control-Max-Age': '600',
})

const unitSources = ({ base, port }: Host): string =>
  base === undefined ? '' : ` http://*.${base}${port}`

/** The desktop: its own scripts only, frames and media of units, framed by nobody. */
export function desktopHeaders(host: Host): Record<string, string> {
  const units = unitSources(host)
  const here = `${host.name}${host.port}`
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' blob: data:${units}`,
    `media-src 'self' blob:${units}`,
    `frame-src 'self' blob:${units}`,
    `connect-src 'self' ws://${here} blob:${units}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  return {
    ...always,
    'Content-Security-Policy': policy,
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}

/** Types that a browser runs when it opens them. PDF is not among them: its viewer is no page. */
const active = /^(text\/html|(text|application)\/xml|[\w.]+\/[\w.-]+\+xml)\b/

export const isActive = (mime: string): boolean => active.test(mime)

/** A unit's page away from the unit's own origin: it runs, but as nobody. */
export const sandboxed = {
  'Content-Security-Policy': 'sandbox allow-scripts allow-forms allow-popups allow-downloads',
} as const

/**
 * A unit's page on its own origin: framed by itself and by the desktop only. A policy cannot name
 * an
 * IPv6 address, so a desktop at `[::1]` frames none.
 */
export function unitPage({ host }: Site): Record<string, string> {
  const names = host.loopback ? ['localhost', '127.0.0.1'] : [host.base ?? host.name]
  const desktops = names.map((name) => `http://${name}${host.port}`).join(' ')
  return { 'Content-Security-Policy': `frame-ancestors 'self' ${desktops}` }
}
