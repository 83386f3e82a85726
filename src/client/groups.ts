/** Methods as nested calls, `client.mimei.create({…})`, made from their names alone. */
import type { MethodName, Params, Result } from '#api'
import type { CallOptions } from './link.js'

/** Parameters may be left out where none is needed. */
type Arguments<P> =
  Record<never, never> extends P
    ? [params?: P, options?: CallOptions]
    : [params: P, options?: CallOptions]

export type Call = <M extends MethodName>(
  name: M,
  ...rest: Arguments<Params<M>>
) => Promise<Result<M>>

type GroupName = MethodName extends infer M ? (M extends `${infer G}.${string}` ? G : never) : never
type NameIn<G extends string, M> = M extends `${G}.${infer Name}` ? Name : never

/** All methods `group.name` as properties `name`. */
export type Group<G extends string> = {
  readonly [M in MethodName as NameIn<G, M>]: (...rest: Arguments<Params<M>>) => Promise<Result<M>>
}

/** The same with some parameters given once for all. */
export type BoundGroup<G extends string, Given extends string> = {
  readonly [M in MethodName as NameIn<G, M>]: (
    ...rest: Arguments<Omit<Params<M>, Given>>
  ) => Promise<Result<M>>
}

export type Groups = { readonly [G in GroupName]: Group<G> }

/**
 * Lays the group's methods behind a target's own properties; the target may itself be called.
 * @param given parameters that every call gets
 */
export function groupOver(
  target: object,
  group: string,
  call: Call,
  given: Readonly<Record<string, unknown>> = {},
): unknown {
  const made = new Map<string, unknown>()
  return new Proxy(target, {
    get(_, name) {
      // A group is no promise, whatever `await` asks.
      if (typeof name !== 'string' || name === 'then') return undefined
      if (typeof target !== 'function' && name in target) {
        return (target as Record<string, unknown>)[name]
      }
      if (!made.has(name)) {
        made.set(name, (params: object = {}, options: CallOptions = {}) =>
          call(`${group}.${name}` as MethodName, { ...given, ...params } as never, options),
        )
      }
      return made.get(name)
    },
  })
}
