/** What stands where there is nothing yet, nothing at all, or something went wrong. */
import type { ComponentChildren } from 'preact'
import { wordsOf } from '../texts/errors'
import { t } from '../texts/texts'
import { Button } from './button'
import { Icon, type IconName } from './icon'

/** Grey bars of the same height as the rows to come. */
export function SkeletonRows({ count = 6 }: { count?: number }) {
  return (
    <div class="skeleton-rows" role="status" aria-label={t.loading}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="skeleton-row">
          <span class="skeleton tile" />
          <span class="skeleton" style={{ width: `${38 - ((index * 7) % 19)}%` }} />
        </div>
      ))}
    </div>
  )
}

/** A grey bar in place of a text. @param width any length of CSS */
export function Skeleton({ width, height = '1em' }: { width: string; height?: string }) {
  return <span class="skeleton" style={{ width, height }} />
}

export function Empty(props: {
  icon: IconName
  title: string
  children?: ComponentChildren
  actions?: ComponentChildren
}) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon} size={28} />
      </span>
      <h2>{props.title}</h2>
      {props.children !== undefined && <p class="quiet">{props.children}</p>}
      {props.actions !== undefined && <div class="actions">{props.actions}</div>}
    </div>
  )
}

/** What happened, in words, and the next step. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { what, next, detail } = wordsOf(error)
  return (
    <div class="note danger" role="alert">
      <Icon name="warn" />
      <div>
        <strong>{what}</strong>
        <p>{next}</p>
        {detail !== '' && (
          <details>
            <summary>{t.details}</summary>
            <p class="mono">{detail}</p>
          </details>
        )}
      </div>
      {onRetry !== undefined && <Button onClick={onRetry}>{t.tryAgain}</Button>}
    </div>
  )
}

export function Note(props: {
  tone?: 'info' | 'warn'
  children: ComponentChildren
  actions?: ComponentChildren
}) {
  return (
    <div class={`note ${props.tone ?? 'info'}`} role="note">
      <Icon name={props.tone === 'warn' ? 'warn' : 'info'} />
      <div>{props.children}</div>
      {props.actions}
    </div>
  )
}

/** @param part from 0 to 1, undefined while the end is not known */
export function Progress({ part, label }: { part: number | undefined; label: string }) {
  const percent = part === undefined ? undefined : Math.round(Math.min(1, part) * 100)
  return (
    <div
      class={percent === undefined ? 'progress unknown' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ transform: `scaleX(${(percent ?? 30) / 100})` }} />
    </div>
  )
}
