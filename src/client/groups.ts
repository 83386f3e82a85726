/** Methods as nested calls, `client.mimei.create({…})`, made from their names alone. */
import type { MethodName, Params, Result } from '#api'
import type { CallOptions } from './link.js'

/** Parameters may be left out where none is needed. */
export type Arguments<M extends MethodName> =
  Record<never, never> extends Params<M>
    ? [params?: Params<M>, options?: CallOptions]
    : [params: Params<M>, options?: CallOptions]

export type Call = <M extends MethodName>(name: M, ...rest: Arguments<M>) => Promise<Result<M>>

type GroupName = MethodName extends infer M ? (M extends `${infer G}.${string}` ? G : never) : never

/** All methods `group.name` as properties `name`. */
export type Group<G extends string> = {
  readonly [M in MethodName as M extends `${G}.${infer Name}` ? Name : never]: (
    ...rest: Arguments<M>
  ) => Promise<Result<M>>
}

export type Groups = { readonly [G in GroupName]: Group<G> }

/** Lays the group's methods over a target, which may itself be called. */
export function groupOver<T extends object>(
  target: T,
  group: string,
  call: Call,
): T & Group<never> {
  const made = new Map<string, unknown>()
  return new Proxy(target, {
    get(_, name) {
      // A group is no promise, whatever `await` asks.
      if (typeof name !== 'string' || name === 'then') return undefined
      if (!made.has(name)) {
        made.set(name, (params: never, options: never) =>
          call(`${group}.${name}` as MethodName, params, options),
        )
      }
      return made.get(name)
    },
  }) as T & Group<never>
}
