import { describe, expect, it } from 'vitest'
import { methods, openApiDocument } from './index.js'

interface Document {
  readonly openapi: string
  readonly info: { readonly version: string }
  readonly paths: Record<string, { readonly post: Operation }>
}
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly object[]
  readonly requestBody: { readonly content: Content }
  readonly responses: Record<string, { readonly description: string; readonly content: Content }>
}
type Content = { readonly 'application/json': { readonly schema: Record<string, unknown> } }

// As it goes over the wire: what JSON cannot hold must not count.
const document = JSON.parse(JSON.stringify(openApiDocument(methods, '1.2.3'))) as Document

/** Every `$ref` below a value. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' ? [String(inner)] : refsOf(inner),
  )
}

function resolve(ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined
  return ref
    .slice(2)
    .split('/')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document)
}

describe('the OpenAPI document', () => {
  it('has every method once, and nothing else', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.info.version).toBe('1.2.3')
    expect(Object.keys(document.paths)).toEqual(Object.keys(methods).map((name) => `/api/${name}`))
    const ids = Object.values(document.paths).map(({ post }) => post.operationId)
    expect(ids).toEqual(Object.keys(methods))
  })

  it('resolves every $ref', () => {
    const refs = refsOf(document)
    expect(refs.length).toBeGreaterThan(0)
    expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([])
  })

  it.each(Object.entries(methods))('describes %s', (name, method) => {
    const { post } = document.paths[`/api/${name}`]
    expect(post.summary).toMatch(/^[A-Z].*\.$/s)
    const { schema } = post.requestBody.content['application/json']
    expect(schema.type).toBe('object')
    expect(post.responses[200].content['application/json'].schema.type).toBe('object')
    expect(post.responses.default.description).toContain('BAD_INPUT')
    for (const code of method.errors) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/)
      expect(post.responses.default.description).toContain(code)
    }
    expect(post.security).toEqual(
      method.needs === 'anyone' ? [{}, { session: [] }] : [{ session: [] }],
    )
  })

  it('says of parameters what they are', () => {
    const { schema } =
      document.paths['/api/mimei.restore'].post.requestBody.content['application/json']
    const { properties, required } = schema as {
      properties: Record<string, { description?: string }>
      required: string[]
    }
    expect(properties.mid.description).toBe('id of a unit')
    expect(required.sort()).toEqual(['mid', 'version'])
  })
})
