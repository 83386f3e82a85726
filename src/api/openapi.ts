/** The OpenAPI document, made from the table. */
import * as z from 'zod'
import type { Method } from './method.js'

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): unknown => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<
    string,
    unknown
  >
  return rest
}

const json = (schema: unknown) => ({ 'application/json': { schema } })

const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        data: { type: 'object' },
      },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
}

function operation(name: string, method: Method): object {
  const codes = [
    'BAD_INPUT',
    ...(method.needs === 'anyone' ? [] : ['SESSION_NEEDED']),
    ...method.errors,
  ]
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary: method.summary,
    security: method.needs === 'anyone' ? [{}, { session: [] }] : [{ session: [] }],
    requestBody: { content: json(schemaOf(method.params, 'input')) },
    responses: {
      200: { description: 'the result', content: json(schemaOf(method.result, 'output')) },
      default: {
        description: `an error; codes to expect: ${codes.join(', ')}`,
        content: json({ $ref: '#/components/schemas/Error' }),
      },
    },
  }
}

/** An OpenAPI 3.1 document of `POST /api/<method>`. @param version of the node */
export function openApiDocument(
  methods: Readonly<Record<string, Method>>,
  version: string,
): object {
  const paths: Record<string, object> = {}
  for (const [name, method] of Object.entries(methods)) {
    paths[`/api/${name}`] = { post: operation(name, method) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leither node',
      version,
      description:
        'Bytes are {"/":{"bytes":"base64"}}, CIDs {"/":"bafy…"} (DAG-JSON). The same methods ' +
        'are reached by JSON-RPC 2.0 over WebSocket at /rpc.',
    },
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema },
    },
  }
}
