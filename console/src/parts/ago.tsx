import { useEffect, useState } from 'preact/hooks'
import { ago, dateTime } from '../texts/format'

/** "3 minutes ago", kept true while it is shown; the exact time on hover. */
export function Ago({ time }: { time: number }) {
  const [, draw] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => draw((count) => count + 1), 20_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <time dateTime={new Date(time).toISOString()} title={dateTime(time)}>
      {ago(time)}
    </time>
  )
}
