/**
 * Web origins: which of the node's sites a request is for, and whom it comes from (security.md).
 *
 * The desktop lives under the node's names. Every unit has an origin of its own,
 * `<id in base 36>.localhost`, with `-v7`, `-last`, `-cur` or `-release` behind the id for one
 * version, so that no app reads the storage of another. Any other `Host` is refused: a rebound
 * domain never reaches the node.
 */
import { isIP } from 'node:net'
import { idToLabel, kindOfMid, labelToId, type Mid } from '#base'

export type Site =
  | { readonly kind: 'main'; readonly host: Host }
  | {
      readonly kind: 'unit'
      readonly host: Host
      readonly mid: Mid
      /** undefined: the release, or the newest version where none is named */
      readonly version: string | undefined
    }

/** The `Host` of a request, taken apart. */
export interface Host {
  /** lower case, without port; IPv6 in brackets */
  readonly name: string
  /** `:4800`, or empty */
  readonly port: string
  /** name below which units have their origins; undefined where only an IP address is left */
  readonly base: string | undefined
  readonly loopback: boolean
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

const unitLabel = /^([0-9a-z]{31,33})(?:-(cur|last|release|v(0|[1-9]\d{0,8})))?$/

function split(header: string): { name: string; port: string } | undefined {
  const parts = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/.exec(header.toLowerCase())
  return parts === null ? undefined : { name: parts[1], port: parts[2] ?? '' }
}

function unitOf(label: string): { mid: Mid; version: string | undefined } | undefined {
  const parts = unitLabel.exec(label)
  const id = parts === null ? undefined : labelToId(parts[1])
  if (parts === null || id === undefined) return undefined
  // One unit has one label: another spelling of it would be another origin.
  if (idToLabel(id) !== parts[1] || !isMid(id)) return undefined
  return { mid: id as Mid, version: parts[3] ?? parts[2] }
}

function isMid(id: string): boolean {
  try {
    kindOfMid(id)
    return true
  } catch {
    return false
  }
}

const sameAddress = (name: string, address: string | undefined): boolean => {
  if (address === undefined) return false
  const bare = name.replace(/^\[|\]$/g, '')
  return isIP(bare) !== 0 && bare === address.replace(/^::ffff:/, '')
}

/**
 * The site that a `Host` header asks for; undefined where the node has no such name.
 * @param names further names of this node, lower case
 * @param localAddress IP address of this node that the connection came to: an address literal
 *   cannot be rebound, so it may stand for the node
 */
export function siteOf(
  header: string | undefined,
  names: readonly string[],
  localAddress: string | undefined,
): Site | undefined {
  const parts = header === undefined ? undefined : split(header)
  if (parts === undefined) return undefined
  const { name, port } = parts
  if (loopbackNames.has(name)) {
    return { kind: 'main', host: { name, port, base: 'localhost', loopback: true } }
  }
  if (names.includes(name)) {
    return { kind: 'main', host: { name, port, base: name, loopback: false } }
  }
  if (sameAddress(name, localAddress)) {
    return { kind: 'main', host: { name, port, base: undefined, loopback: false } }
  }
  const dot = name.indexOf('.')
  const base = name.slice(dot + 1)
  if (dot < 0 || !(base === 'localhost' || names.includes(base))) return undefined
  const unit = unitOf(name.slice(0, dot))
  if (unit === undefined) return undefined
  return { kind: 'unit', host: { name, port, base, loopback: base === 'localhost' }, ...unit }
}

/** The web origin of a unit's version beside this host; undefined below a bare IP address. */
export function unitOrigin(host: Host, mid: Mid, version: string | undefined): string | undefined {
  if (host.base === undefined) return undefined
  const suffix = version === undefined ? '' : /^\d/.test(version) ? `-v${version}` : `-${version}`
  return `http://${idToLabel(mid)}${suffix}.${host.base}${host.port}`
}

/** Whether a page's `Origin` is one of this node's sites, on the same port. */
export function isOwnOrigin(
  origin: string,
  host: Host,
  names: readonly string[],
  localAddress: string | undefined,
): boolean {
  const rest = /^https?:\/\/(.+)$/.exec(origin)?.[1]
  if (rest === undefined) return false
  const site = siteOf(rest, names, localAddress)
  return site !== undefined && site.host.port === host.port
}
