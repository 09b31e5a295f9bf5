import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useSay } from '../i18n/i18n'
import { Empty } from './Pieces'

function Fallen() {
  const say = useSay()
  return (
    <main>
      <Empty text={say('ui.fallen')} hint={say('ui.fallen_hint')} act={<Button onClick={() => location.reload()}>{say('ui.reload')}</Button>} />
    </main>
  )
}

/** A fault of ours, or a chunk of an older build that is gone: says so and offers to load anew. */
export class LastBoundary extends Component<{ children: ReactNode }, { hasFallen: boolean }> {
  override state = { hasFallen: false }

  static getDerivedStateFromError() {
    return { hasFallen: true }
  }

  override render() {
    return this.state.hasFallen ? <Fallen /> : this.props.children
  }
}
