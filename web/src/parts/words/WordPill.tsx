import type { Key } from '../../i18n/i18n'
import { useSay } from '../../i18n/i18n'
import { Pill } from '../../ui/Pieces'
import type { Tone } from './words'

/** A state by glyph, colour and word. */
export function WordPill({ word }: { word: { text: Key; tone: Tone; glyph: string } }) {
  const say = useSay()
  return (
    <Pill tone={word.tone} glyph={word.glyph}>
      {say(word.text)}
    </Pill>
  )
}
