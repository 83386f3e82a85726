import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { t } from '../texts/texts'

/** A screen's head: its name, what it is in a sentence, and what can be done. */
export function Page(props: {
  title: string
  lead?: ComponentChildren
  actions?: ComponentChildren
  children: ComponentChildren
}) {
  useEffect(() => {
    document.title = t.pageTitle(props.title)
  }, [props.title])
  return (
    <div class="page">
      <header class="page-head">
        <div>
          <h1>{props.title}</h1>
          {props.lead !== undefined && <p class="lead">{props.lead}</p>}
        </div>
        {props.actions !== undefined && <div class="actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  )
}

/** A part of a screen under a heading of its own. */
export function Section(props: {
  title: string
  lead?: ComponentChildren
  actions?: ComponentChildren
  children?: ComponentChildren
}) {
  return (
    <section class="section" aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        {props.actions !== undefined && <div class="actions">{props.actions}</div>}
      </header>
      {props.lead !== undefined && <p class="quiet section-lead">{props.lead}</p>}
      {props.children}
    </section>
  )
}

/** A list of facts: what, and its value. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
